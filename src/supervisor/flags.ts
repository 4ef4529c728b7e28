import { Command } from 'commander'
import type { ConfigFlags } from '../config.ts'

/** The words of `npm start -- …`. An unknown one ends the program with a sentence and exit code 1; `--help` with 0. */
export function parseFlags(words: readonly string[]): ConfigFlags {
  return (
    new Command('npm start --')
      .description('Brings up the whole platform: Postgres, Redis, a market, the API and its workers.')
      .option('--market <mode>', 'simulate, replay or live (default: simulate)')
      .option('--dataset <dir>', 'the folder of recorded data that the market "replay" plays')
      .option('--as-of <date>', 'the day the local market stands at, such as 2022-11-08')
      .option('--protocols <n>', 'simulated protocols (default: 60)')
      .option('--days <n>', 'simulated days (default: 400)')
      .option('--seed <n>', 'what the simulated market is drawn from (default: 42)')
      .option('--speed <seconds>', 'let a day of the local market pass every so many seconds')
      .option('--port <n>', 'where the API listens (default: 8000)')
      .allowExcessArguments(false)
      // Its guess at what was meant stays in the same sentence.
      .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
      .parse([...words], { from: 'user' })
      .opts<ConfigFlags>()
  )
}
