import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sourceNames } from '../../src/domain/market.ts'
import { faultKinds, type FaultKind } from '../../src/market/server/faults.ts'
import type { Ledger } from '../../src/market/server/ledger.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { BudgetWaitError, UpstreamError } from '../../src/sources/source-errors.ts'
import { figure, type Figure } from '../report.ts'
import { openClients } from './market-clients.ts'
import { choresOf, isSound, keyOf, type Chore } from './storm-chores.ts'

const endDate = '2025-12-31'
const retryAfterSeconds = 2
/** A call that was admitted and on its way when the refusal was written. */
const underWayMs = 250

/** Rows by key. */
type Rows = Map<string, object>

class Tally {
  fetches = 0
  badRows = 0
  refusedRows = 0
  crashes = 0
}

/** R10: every fault that the market server can play, mixed with sound answers, for a while; then calm. */
export async function measureStorm(redisUrl: string, minutes: number): Promise<Figure[]> {
  const dataset = simulateDataset({ seed: 8, protocols: 25, days: 200, endDate })
  await using market = await startMarketServer({ dataset, mode: 'simulate' })
  const budget = { calls: 6000, windowMs: 60_000 }
  await using clients = openClients({
    redisUrl,
    prefix: `{bench-${randomUUID()}}`,
    marketUrl: market.url,
    admission: { budgets: { coingecko: budget, defillama: budget }, afterDataLoss: 'go-on' },
    sources: { clock: () => new Date(`${endDate}T23:59:59Z`), timeoutMs: 500, maxBodyBytes: 8 * 2 ** 20 },
  })
  const defi = dataset.protocols.filter(({ category }) => category !== 'CEX' && category !== 'Chain')
  const tokens = new Set(dataset.protocols.flatMap(({ gecko_id }) => gecko_id ?? []))
  const slugs = defi.map(({ slug }) => slug)
  const chores = choresOf(clients.sources, slugs, [...tokens])

  const tally = new Tally()
  const truth = new Map<Chore, Rows>(chores.map((chore) => [chore, new Map()]))
  for (const chore of chores) await attempt(chore, null, truth.get(chore)!, tally)
  const collected = new Map<Chore, Rows>(chores.map((chore) => [chore, new Map()]))

  market.ledger.clear()
  market.faults.replace({ faults: faultKinds.map(faultOf) })
  const end = Date.now() + minutes * 60_000
  const collector = async (): Promise<void> => {
    while (Date.now() < end) {
      const chore = chores[Math.floor(Math.random() * chores.length)]!
      await attempt(chore, truth.get(chore)!, collected.get(chore)!, tally)
    }
  }
  await Promise.all([collector(), collector(), collector(), collector()])
  const early = callsWithinPauses(market.ledger)
  const faults = market.faults.describe().faults.reduce((sum, { played }) => sum + played, 0)

  market.faults.replace({ faults: [] })
  const calm = Date.now()
  for (const chore of chores)
    while (!(await attempt(chore, truth.get(chore)!, collected.get(chore)!, tally))) await sleep(100)
  const caughtUpSeconds = (Date.now() - calm) / 1000
  const missing = chores.reduce((sum, chore) => sum + truth.get(chore)!.size - collected.get(chore)!.size, 0)
  const detail = `${minutes} min, ${tally.fetches} fetches, ${faults} faults of ${faultKinds.length} kinds, ${tally.refusedRows} rows refused`
  return [
    figure({
      name: 'storm: crashes and untyped errors',
      value: tally.crashes,
      unit: 'count',
      goal: '<= 0',
      detail,
    }),
    figure({ name: 'storm: bad rows', value: tally.badRows, unit: 'rows', goal: '<= 0', detail }),
    figure({
      name: 'storm: good rows missing afterwards',
      value: missing,
      unit: 'rows',
      goal: '<= 0',
      detail,
    }),
    figure({
      name: 'storm: calls within a pause that was asked for',
      value: early,
      unit: 'calls',
      goal: '<= 0',
    }),
    figure({ name: 'storm: caught up after', value: caughtUpSeconds, unit: 's' }),
  ]
}

/** Rare where a fault holds everyone up: a hanging call until its time-out, a refusal for its pause. */
function faultOf(kind: FaultKind): object {
  const holdsUp = kind.startsWith('hang') || kind.startsWith('rate-limit')
  return {
    kind,
    probability: holdsUp ? 0.005 : 0.03,
    retry_after_seconds: retryAfterSeconds,
    bytes: 16 * 2 ** 20,
  }
}

/**
 * Fetches once and holds every row against the sound ones; without those, they are what is being learnt.
 * @returns whether rows came
 */
async function attempt(chore: Chore, truth: Rows | null, kept: Rows, tally: Tally): Promise<boolean> {
  tally.fetches++
  try {
    const { rows, refusedCounts } = await chore.fetch({
      signal: new AbortController().signal,
      lane: 'backfill',
    })
    for (const count of Object.values(refusedCounts)) tally.refusedRows += count
    for (const row of rows) {
      if (truth !== null && !isSound(row, truth.get(keyOf(row)))) {
        tally.badRows++
        console.error('bad row', chore.name, row, truth.get(keyOf(row)))
      } else kept.set(keyOf(row), row)
    }
    return true
  } catch (error) {
    if (error instanceof BudgetWaitError) await sleep(error.waitMs)
    else if (!(error instanceof UpstreamError)) {
      tally.crashes++
      console.error(error)
    }
    return false
  }
}

/** Calls that arrived while the upstream had asked for silence in one of its forms, but for those under way. */
function callsWithinPauses(ledger: Ledger): number {
  let early = 0
  for (const source of sourceNames) {
    let pausedFrom = 0
    let pausedUntil = 0
    for (const { at, fault } of ledger.entries(source)) {
      if (at > pausedFrom + underWayMs && at < pausedUntil) early++
      if (fault === null || !asksForSilence.has(fault)) continue
      if (at >= pausedUntil) pausedFrom = at
      // Dates are written in whole seconds.
      const slackMs = fault === 'rate-limit-date' || fault === 'rate-limit-reset' ? 1000 : 0
      pausedUntil = Math.max(pausedUntil, at + retryAfterSeconds * 1000 - slackMs)
    }
  }
  return early
}

const asksForSilence: ReadonlySet<string> = new Set<FaultKind>([
  'rate-limit-date',
  'rate-limit-html',
  'rate-limit-reset',
  'rate-limit-seconds',
])
