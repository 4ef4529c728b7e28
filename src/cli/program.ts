import { Command } from 'commander'
import { version } from '../version.ts'
import { addCompletion } from './commands/completion.ts'
import { addData } from './commands/data.ts'
import { addDoctor } from './commands/doctor.ts'
import { addJobs } from './commands/jobs.ts'
import { addKeys } from './commands/keys.ts'
import { addLab } from './commands/lab.ts'
import { addResults } from './commands/results.ts'
import { addStart } from './commands/start.ts'
import type { Surroundings } from './surroundings.ts'

/** The whole command `tidegauge`. What goes wrong in it is thrown. */
export function createProgram(surroundings: Surroundings): Command {
  const { terminal } = surroundings
  const program = new Command('tidegauge')
    .description(
      'Watches DeFi protocols and says which one is getting dangerous, why, and how often it was right.',
    )
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
  addStart(program)
  addJobs(program, surroundings)
  addResults(program, surroundings)
  addData(program, surroundings)
  addKeys(program, surroundings)
  addLab(program, terminal)
  addDoctor(program, surroundings)
  addCompletion(program, terminal)
  return program
}
