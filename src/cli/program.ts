import { Command } from 'commander'
import { version } from '../version.ts'
import { addBackup } from './commands/backup.ts'
import { addCompletion } from './commands/completion.ts'
import { addData } from './commands/data.ts'
import { addDoctor } from './commands/doctor.ts'
import { addJobs } from './commands/jobs.ts'
import { addKeys } from './commands/keys.ts'
import { addLab } from './commands/lab.ts'
import { addResults } from './commands/results.ts'
import { addStart } from './commands/start.ts'
import { addEvaluateDetectors } from './evaluate-detectors.ts'
import type { Surroundings } from './surroundings.ts'

const surroundingsInWords = `
Exit codes:
  0    done; with --wait, the run completed
  1    tried and failed
  2    the words, files or variables are at fault
  3    no Tidegauge answers, or there is no database
  130  interrupted by Ctrl-C

Environment, also read from .env:
  TIDEGAUGE_HOME                     folder of the instance (./.tidegauge)
  TIDEGAUGE_URL, TIDEGAUGE_API_KEY   an API elsewhere, and a key for it
  DATABASE_URL                       a database of your own
  NO_COLOR                           no colours

Results go to standard output, everything else to standard error. More: docs/cli.md`

/** The whole command `tidegauge`. What goes wrong in it is thrown. */
export function createProgram(surroundings: Surroundings): Command {
  const { terminal } = surroundings
  const program = new Command('tidegauge')
    .description(
      'Watches DeFi protocols and says which one is getting dangerous, why, and how often it was right.',
    )
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', surroundingsInWords)
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
  addBackup(program, surroundings)
  addKeys(program, surroundings)
  addLab(program, terminal)
  addEvaluateDetectors(program, terminal)
  addDoctor(program, surroundings)
  addCompletion(program, terminal)
  return program
}
