import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect } from 'vitest'
import { findRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { eventually } from '../support/eventually.ts'
import { allEnded, expectNothingLost, storeMarket, submitLoad } from './harness/load.ts'
import type { LineProcess } from './harness/processes.ts'
import { promise } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'

const stage = await openStage()
const { db, market } = stage
let tokens: string[]
let collectors: LineProcess[]

beforeAll(async () => {
  tokens = await storeMarket(db, stage.dataset)
  stage.run('analyst')
  collectors = [stage.run('collector'), stage.run('collector')]
  await Promise.all(collectors.map((one) => one.health()))
})

/** kill -9 of one collector, and another in its place. */
async function killOne(index: number): Promise<void> {
  const place = index % collectors.length
  await collectors[place]!.kill()
  collectors[place] = stage.run('collector')
}
const activeRuns = async (): Promise<string[]> => {
  const rows = await db.selectFrom('jobRuns').select('id').where('state', '=', 'active').execute()
  return rows.map(({ id }) => id)
}

const kills = scaled(100, 6)
const jobs = scaled(12_000)
promise(
  'R1',
  {
    injected: `${kills} kill -9 of collectors among ${jobs} jobs`,
    expected: '0 lost, 0 duplicate rows, 0 failed',
    timeoutMs: 60_000 + kills * 12_000,
  },
  async (tell) => {
    const acknowledged = await submitLoad(db, tokens, jobs)
    for (let kill = 0; kill < kills; kill++) {
      await collectors[kill % 2]!.health()
      await eventually(async () => (await activeRuns()).length > 0, 30_000)
      await killOne(kill)
    }
    const outcome = await allEnded(db, acknowledged, 60_000 + jobs * 60)
    tell({ ...outcome, calls: market.ledger.entries('defillama').length })
    await expectNothingLost(db, outcome)
    expect(outcome.crashes).toBeGreaterThan(0)
    expect(market.ledger.entries('defillama').length).toBeGreaterThanOrEqual(jobs)
  },
)

promise(
  'R2',
  {
    injected: `${scaled(30, 3)} kill -9 of a worker with 4 jobs in hand`,
    expected: 'another one has them done after p50 ≤ 10 s, max ≤ 15 s',
    timeoutMs: 60_000 + scaled(30, 3) * 25_000,
  },
  async (tell) => {
    const recoveries: number[] = []
    for (let kill = 0; kill < scaled(30, 3); kill++) {
      // Of two workers one is away while the other takes jobs whose calls are not answered.
      await collectors[1]!.kill()
      await collectors[0]!.health()
      market.faults.replace({ faults: [{ kind: 'hang', path: '/chart/*' }] })
      const acknowledged = await submitLoad(db, tokens, 4)
      await eventually(async () => (await activeRuns()).length === 4)
      const survivor = stage.run('collector')
      await survivor.health()
      market.faults.replace({ faults: [] })
      const killedAt = performance.now()
      await collectors[0]!.kill()
      for (const id of acknowledged) {
        await eventually(async () => (await findRun(db, id))?.state === 'completed', 30_000)
        recoveries.push((performance.now() - killedAt) / 1000)
      }
      collectors = [survivor, stage.run('collector')]
    }
    const sorted = recoveries.toSorted((a, b) => a - b)
    const p50 = sorted[Math.floor(sorted.length / 2)]!
    tell({ recoveries: sorted.length, p50_s: round(p50), max_s: round(sorted.at(-1)!) })
    expect(p50).toBeLessThanOrEqual(10)
    expect(sorted.at(-1)).toBeLessThanOrEqual(15)
  },
)

promise(
  'R9',
  {
    injected: `a job that kills its process, among ${scaled(2_000)} others`,
    expected: 'quarantined after ≤ 4 crashes, every other job done',
    timeoutMs: 150_000,
  },
  async (tell) => {
    market.faults.replace({ faults: [{ kind: 'hang', path: '/chart/*poison*' }] })
    const payload = { gecko_ids: ['poison'] }
    const { runId: poison } = await submitJob(db, 'backfill-prices', payload, { origin: 'job' })
    const others = await submitLoad(db, tokens, scaled(2_000))
    let crashes = 0
    const deaths = (async () => {
      while ((await findRun(db, poison))?.state !== 'quarantined') {
        const { played } = market.faults.describe().faults[0]!
        // Whoever has asked for it dies; nobody knows which of the two it was.
        if (played > crashes) {
          crashes++
          for (const one of collectors) await one.kill()
          collectors = [stage.run('collector'), stage.run('collector')]
        }
        await sleep(5)
      }
    })()
    const outcome = await allEnded(db, others, 140_000)
    await deaths
    market.faults.replace({ faults: [] })
    const run = (await findRun(db, poison))!
    tell({ ...outcome, crashes, state: run.state })
    expect(crashes).toBeLessThanOrEqual(4)
    await expectNothingLost(db, outcome)
  },
)

const round = (value: number): number => Math.round(value * 10) / 10
