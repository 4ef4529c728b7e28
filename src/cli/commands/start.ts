import type { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'

/** `tidegauge start`: what `npm start` does, with the same flags. */
export function addStart(program: Command): void {
  program
    .command('start')
    .argument('[flags...]', 'such as --market live --port 8000; "tidegauge start --help" lists them')
    .description('Bring up the whole platform and keep it up until Ctrl-C; the same as "npm start --".')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (flags: readonly string[]) => {
      // The supervisor is only loaded by those who start it.
      const { startPlatform } = await import('../../supervisor/start-platform.ts')
      const fault = await startPlatform(flags)
      if (fault !== undefined) throw new CommandError(fault)
    })
}
