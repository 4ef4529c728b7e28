import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sourceNames, type SourceName } from '../../src/domain/market.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import type { LedgerEntry } from '../../src/market/server/ledger.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { figure, type Figure } from '../report.ts'
import type { CallerOrder } from './caller.ts'

export interface LimitsOptions {
  readonly redisUrl: string
  readonly runs: number
  /** So many runs side by side, each with a market and processes of its own. */
  readonly sideBySide: number
  readonly windowMs: number
  readonly windows: number
}

interface RunResult {
  /** The most calls in any window, of the number allowed. */
  readonly most: Readonly<Record<SourceName, number>>
  /** The least time that the calls could have taken, of the time that they took without the pauses. */
  readonly use: Readonly<Record<SourceName, number>>
  readonly kills: number
  readonly storms: number
}

const calls: Readonly<Record<SourceName, number>> = { coingecko: 10, defillama: 100 }
const processes = 3
const stormSeconds = 1

/** R11: three processes that never run out of work, `kill -9` on one of them every half window, storms of 429. */
export async function measureLimits(options: LimitsOptions): Promise<Figure[]> {
  const results: RunResult[] = []
  while (results.length < options.runs) {
    const batch = Math.min(options.sideBySide, options.runs - results.length)
    results.push(...(await Promise.all(Array.from({ length: batch }, () => runOnce(options)))))
  }
  const kills = results.reduce((sum, run) => sum + run.kills, 0)
  const storms = results.reduce((sum, run) => sum + run.storms, 0)
  const seconds = options.windowMs / 1000
  const detail = `${options.runs} runs of ${options.windows} windows, ${processes} processes, ${kills} kills, ${storms} answers of 429`
  return sourceNames.flatMap((source) => [
    figure({
      name: `${source}: most calls in any ${seconds} s, as the server counts`,
      value: Math.max(...results.map(({ most }) => most[source])),
      unit: 'calls',
      goal: `<= ${calls[source]}`,
      detail,
    }),
    figure({
      name: `${source}: least use of the budget in a run`,
      value: Math.min(...results.map(({ use }) => use[source])),
      unit: 'of the unpaused time',
      goal: '>= 0.95',
      detail,
    }),
  ])
}

async function runOnce({ redisUrl, windowMs, windows }: LimitsOptions): Promise<RunResult> {
  const dataset = simulateDataset({ seed: 3, protocols: 30, days: 60 })
  await using market = await startMarketServer({ dataset, mode: 'simulate' })
  const order: CallerOrder = {
    clients: {
      redisUrl,
      prefix: `{bench-${randomUUID()}}`,
      marketUrl: market.url,
      admission: {
        budgets: {
          coingecko: { calls: calls.coingecko, windowMs },
          defillama: { calls: calls.defillama, windowMs },
        },
        marginMs: windowMs / 60,
        afterDataLoss: 'go-on',
      },
    },
    slugs: dataset.protocols.map(({ slug }) => slug),
    geckoIds: dataset.protocols.flatMap(({ gecko_id }) => gecko_id ?? []),
  }
  const crew = Array.from({ length: processes }, () => startCaller(order))
  while (sourceNames.some((source) => market.ledger.entries(source).length === 0)) await sleep(50)
  const from = Date.now()
  // A little longer, so that the last window's calls are all seen.
  const until = from + (windows + 0.1) * windowMs
  let kills = 0
  while (Date.now() < until) {
    await sleep(Math.min(windowMs / 2, until - Date.now()))
    market.faults.replace({
      seed: kills,
      faults: [{ kind: 'rate-limit-seconds', retry_after_seconds: stormSeconds, probability: 0.5, count: 2 }],
    })
    const [oldest] = crew.splice(0, 1)
    oldest?.kill('SIGKILL')
    crew.push(startCaller(order))
    kills++
  }
  for (const child of crew) child.kill('SIGKILL')
  const entries = (source: SourceName): readonly LedgerEntry[] =>
    market.ledger.entries(source).filter(({ at }) => at < until)
  return {
    most: bySource((source) => market.ledger.maxInWindow(source, windowMs)),
    use: bySource((source) => useOf(entries(source), calls[source], windowMs)),
    kills,
    storms: sourceNames.flatMap(entries).filter(({ status }) => status === 429).length,
  }
}

function startCaller(order: CallerOrder): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'caller.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** From the first call to the one that could follow it k windows later at the earliest. */
function useOf(entries: readonly LedgerEntry[], allowed: number, windowMs: number): number {
  const full = Math.floor((entries.length - 1) / allowed)
  const first = entries[0]
  const last = entries[full * allowed]
  if (first === undefined || last === undefined || full === 0) return 0
  return (full * windowMs) / (last.at - first.at - pausedMs(entries, last.at))
}

/** The time in which the upstream had asked everyone to be silent. */
function pausedMs(entries: readonly LedgerEntry[], until: number): number {
  let paused = 0
  let end = 0
  for (const { at, status } of entries) {
    if (status !== 429 || at >= until) continue
    const pauseEnd = Math.min(until, at + stormSeconds * 1000)
    paused += Math.max(0, pauseEnd - Math.max(at, end))
    end = Math.max(end, pauseEnd)
  }
  return paused
}

function bySource<T>(valueOf: (source: SourceName) => T): Record<SourceName, T> {
  return { coingecko: valueOf('coingecko'), defillama: valueOf('defillama') }
}
