import { once } from 'node:events'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { dayNumber, isoDate, utcDate } from '../domain/calendar.ts'
import { isCalendarDate } from './calendar-date.ts'
import { InputError } from '../errors.ts'
import { loadDataset, writeDataset, type Dataset } from './dataset.ts'
import type { CoinGeckoPlan } from './server/coingecko.ts'
import { startMarketServer } from './server/market-server.ts'
import type { RateLimit } from './server/rate-limits.ts'
import { simulateDataset } from './simulator/simulate-dataset.ts'

/** How much future a simulated market holds in store when its days pass. */
const futureDays = 365

interface Flags {
  readonly mode: 'replay' | 'simulate'
  readonly dataset?: string
  readonly asOf?: string
  readonly protocols: number
  readonly days: number
  readonly seed: number
  readonly speed?: number
  readonly port: number
  readonly export?: string
  readonly plan: CoinGeckoPlan
  readonly coingeckoLimit?: RateLimit
  readonly defillamaLimit?: RateLimit
}

const command = new Command('market')
  .description('Serves a simulated or recorded market as DeFiLlama and CoinGecko would.')
  .addOption(new Option('--mode <mode>').choices(['simulate', 'replay']).default('simulate'))
  .option('--dataset <dir>', 'the recorded market, with --mode replay')
  .option('--as-of <date>', 'where the market stands, YYYY-MM-DD; today, or the last day on record', date)
  .option('--protocols <n>', 'how many to simulate', whole(1, 20_000), 60)
  .option('--days <n>', 'how much history to simulate', whole(1, 9_000), 400)
  .option('--seed <n>', 'the same seed, the same market', whole(0, 2 ** 32 - 1), 42)
  .option('--speed <seconds>', 'one day of the market passes each so many seconds', seconds)
  .option('--port <n>', 'on 127.0.0.1; 0 for any free one', whole(0, 65_535), 0)
  .option('--export <dir>', 'also write the dataset, with the ground truth where it is simulated')
  .addOption(
    new Option('--plan <plan>', "CoinGecko's: free refuses what is older than 365 days")
      .choices(['full', 'free'])
      .default('full'),
  )
  .option('--coingecko-limit <limit>', 'refuse calls above it, such as 10/60s; no limit', limit)
  .option('--defillama-limit <limit>', 'refuse calls above it, such as 100/60s; no limit', limit)
  .allowExcessArguments(false)
  .exitOverride()
  .configureOutput({ outputError: () => undefined })

await main().catch((error: unknown) => {
  if (error instanceof CommanderError && error.exitCode === 0) return
  const isBadInput = error instanceof CommanderError || error instanceof InputError
  const message = error instanceof Error ? error.message.replace(/^error: /, '').replaceAll('\n', ' ') : ''
  process.stderr.write(isBadInput ? `${message}\n` : `The market server failed: ${message}\n`)
  process.exitCode = isBadInput ? 2 : 1
})

async function main(): Promise<void> {
  const flags = command.parse().opts<Flags>()
  const dataset = await readOrSimulate(flags)
  if (flags.export !== undefined) await writeDataset(flags.export, dataset)
  const market = await startMarketServer({
    dataset,
    mode: flags.mode,
    asOf: flags.mode === 'simulate' ? lastVisibleDate(flags) : flags.asOf,
    speedSecondsPerDay: flags.speed,
    port: flags.port,
    plan: flags.plan,
    limits: { coingecko: flags.coingeckoLimit, defillama: flags.defillamaLimit },
  })
  process.stdout.write(`${JSON.stringify({ ready: true, url: market.url })}\n`)
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  await market.close()
}

async function readOrSimulate(flags: Flags): Promise<Dataset> {
  if (flags.mode === 'replay') {
    if (flags.dataset === undefined) throw new InputError('--mode replay needs --dataset DIR')
    if (flags.speed !== undefined && flags.asOf === undefined)
      throw new InputError('--speed needs --as-of DATE in a replay: no day follows the last one on record')
    return loadDataset(flags.dataset)
  }
  if (flags.dataset !== undefined) throw new InputError('--dataset goes with --mode replay')
  const future = flags.speed === undefined ? 0 : futureDays
  return simulateDataset({
    protocols: flags.protocols,
    days: flags.days + future,
    seed: flags.seed,
    endDate: isoDate(dayNumber(lastVisibleDate(flags)) + future),
  })
}

function lastVisibleDate(flags: Flags): string {
  return flags.asOf ?? utcDate(new Date())
}

function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (value >= low && value <= high) return value
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`)
  }
}

function seconds(text: string): number {
  const value = Number(text)
  if (value > 0 && value < Infinity) return value
  throw new InvalidArgumentError('Expected a positive number of seconds.')
}

function limit(text: string): RateLimit {
  const match = /^(\d{1,6})\/(\d{1,5})s$/.exec(text)
  if (match && Number(match[1]) > 0 && Number(match[2]) > 0)
    return { calls: Number(match[1]), windowMs: 1000 * Number(match[2]) }
  throw new InvalidArgumentError('Expected calls per seconds, such as 10/60s.')
}

function date(text: string): string {
  if (isCalendarDate(text)) return text
  throw new InvalidArgumentError('Expected a date YYYY-MM-DD.')
}
