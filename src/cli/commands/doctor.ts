import type { Command } from 'commander'
import type { Finding } from '../doctor/check.ts'
import { examineMachine } from '../doctor/machine.ts'
import { examineReach } from '../doctor/reach.ts'
import { examinePostgres, examineRedis } from '../doctor/servers.ts'
import { CommandError } from '../exit-codes.ts'
import { addressesOf, type Surroundings } from '../surroundings.ts'
import { type Colour, report, type Terminal } from '../terminal.ts'

const marks: Readonly<Record<Finding['state'], readonly [mark: string, colour: Colour]>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  fault: ['✗', 'red'],
  skipped: ['–', 'dim'],
}

/** `tidegauge doctor`: looks at everything that Tidegauge stands on, and says how to mend what is wrong. */
export function addDoctor(program: Command, { terminal, config }: Surroundings): void {
  program
    .command('doctor')
    .description(
      'Check this machine, Postgres, Redis, keys and reachability, and say how to mend each fault.',
    )
    .option('--json', 'print one line of JSON')
    .action(async (options: { json?: boolean }) => {
      const settings = config()
      const addresses = addressesOf(settings)
      const findings = await Promise.all([
        examineMachine(settings, addresses),
        examinePostgres(settings, addresses.databaseUrl),
        examineRedis(addresses.redisUrl),
        examineReach(settings, addresses),
      ])
      report(terminal, options, findings.flat(), (all) => inWords(terminal, all))
      const faults = findings.flat().filter(({ state }) => state === 'fault')
      if (faults.length > 0)
        throw new CommandError(`${faults.length} to mend: ${faults.map(({ check }) => check).join(', ')}`)
    })
}

function inWords({ paint }: Terminal, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings
    .map(({ check, state, found, remedy }) => {
      const [mark, colour] = marks[state]
      const line = `${paint(colour, mark)} ${check.padEnd(width)}  ${found}`
      return remedy === undefined ? line : `${line}\n  ${' '.repeat(width)}  → ${remedy}`
    })
    .join('\n')
}
