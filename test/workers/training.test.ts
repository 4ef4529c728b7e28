import { type ChildProcess, spawn } from 'node:child_process'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueueName } from '../../queues/contract.ts'
import type { PayloadInput } from '../../queues/jobs.ts'
import type { Db } from '../../src/db/connection.ts'
import { requestCancel, terminalStates } from '../../src/db/job-runs.ts'
import { listJobLogs } from '../../src/db/reads/jobs.ts'
import { readTrackRecord } from '../../src/db/reads/track-record.ts'
import { isoDate } from '../../src/domain/calendar.ts'
import { riskMetrics } from '../../src/domain/risk-metrics.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import type { ProtocolHistory } from '../../src/training/samples.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { registerModel } from '../../workers/training/register-model.ts'
import { eventually } from '../support/eventually.ts'
import { storeHistories } from '../support/stored-histories.ts'
import { storeRisk } from '../support/stored-results.ts'
import { openWorkshop, type Workshop } from '../support/workshop.ts'
import { drawHistories, lastDrawnDay } from '../training/drawn-histories.ts'

const days = 250
/** Only its clock is asked: noon of the day after the last complete one. */
const market = await startMarketServer({
  dataset: simulateDataset({ protocols: 1, days: 30, seed: 1, endDate: isoDate(lastDrawnDay(days) + 1) }),
  mode: 'simulate',
})
const workshop = await openWorkshop(market.url)
const mortal = await openWorkshop(market.url)
const strict = await openWorkshop(market.url, { TIDEGAUGE_PROMOTION: 'beats-baselines' })
afterAll(() => market.close())

/** Processes of the product: threads load compiled code, which tests do not run as. */
const processes: ChildProcess[] = []
afterAll(() => processes.forEach((one) => one.kill('SIGKILL')))
function startWorker({ environment }: Workshop, ...queues: QueueName[]): ChildProcess {
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...environment }
  const started = spawn(process.execPath, ['dist/workers/main.js', ...queues], { env, stdio: 'ignore' })
  processes.push(started)
  return started
}

const [young, ...grown] = drawHistories(26, days)
/** Known for 40 days only. */
const late: ProtocolHistory = {
  ...young!,
  series: {
    ...young!.series,
    protocolId: 'late',
    firstDay: young!.series.firstDay + days - 40,
    tvlUsd: young!.series.tvlUsd.slice(days - 40),
    volumeUsd: young!.series.volumeUsd.slice(days - 40),
  },
}

/** Steps down by a quarter and up again: "medium" now and then, "high" never, so nothing can rank the high ones. */
function steps(history: ProtocolHistory, p: number): ProtocolHistory {
  const tvlUsd = history.series.tvlUsd.map((_, day) => 1e6 * ((day + 13 * p) % 97 < 50 ? 0.75 : 1))
  return { ...history, series: { ...history.series, tvlUsd } }
}

const submitTo = async (
  { platform }: Workshop,
  name: 'train-models' | 'build-features' | 'close-horizons',
  payload: PayloadInput<'train-models'> | PayloadInput<'build-features'> = {},
): Promise<string> => {
  const { runId } = await submitJob(platform.db, name, payload, { origin: 'api', lane: 'user' })
  await relayOutbox(platform.db, platform.producer)
  return runId
}
const linesOf = async (db: Db, runId: string): Promise<string[]> =>
  (await listJobLogs(db, runId, { limit: 100, after: undefined })).map(({ message }) => message)

describe('a training on the queue', () => {
  let runId: string
  beforeAll(async () => {
    await storeHistories(workshop.platform.db, [...grown, late])
    startWorker(workshop, 'training', 'features', 'anomaly')
    runId = await submitTo(workshop, 'train-models', { family: 'risk', grid: 'quick' })
    const run = await workshop.ended(runId, 110_000)
    expect(run).toMatchObject({ state: 'completed', result: { promoted: true } })
  })
  const findModel = () => workshop.platform.db.selectFrom('models').selectAll().executeTakeFirstOrThrow()

  it('registers the model with everything that was measured', async () => {
    const model = await findModel()
    const metrics = riskMetrics.parse(model.metrics)
    expect(metrics.leaderboard).toHaveLength(10)
    expect(metrics.intervals.within_date_auc.lower).toBeLessThan(metrics.within_date_auc!)
    expect(metrics.baselines.volatility.precision_over_volatility).toBe(1)
    expect(model.reason).toContain('First model')
  })

  it('writes down how often the model would have been right in the past, with every miss', async () => {
    const { db } = workshop.platform
    const model = await findModel()
    const { rows } = riskMetrics.parse(model.metrics)
    const record = await readTrackRecord(db, { origin: 'walk-forward', modelId: model.id })
    expect(record.reduce((sum, { low, medium, high }) => sum + low + medium + high, 0)).toBe(rows)
    const missed = record
      .filter(({ predicted }) => predicted !== 'high')
      .reduce((sum, { high }) => sum + high, 0)
    const misses = await db.selectFrom('walkForwardMisses').selectAll().execute()
    expect(misses).toHaveLength(missed)
    for (const { fall, modelId } of misses) {
      expect(modelId).toBe(model.id)
      expect(fall).toBeLessThanOrEqual(-0.4)
    }
    expect(await readTrackRecord(db, { origin: 'live', modelId: undefined })).toEqual([])
  })

  it('keeps its log: the samples, every candidate, the choice and the decision', async () => {
    const lines = await linesOf(workshop.platform.db, runId)
    expect(lines[0]).toMatch(/^\d+ samples of \d+ protocols as of 2021-/)
    expect(lines.filter((line) => / (ranks|raw) none .*: macro-F1 0\.\d+/.test(line))).toHaveLength(10)
    expect(lines.at(-2)).toMatch(/^chosen of 10 candidates: /)
    expect(lines.at(-1)).toMatch(/^version 1 is the current model: First model/)
    expect(lines).toHaveLength(13)
  })

  it(
    'abstains, with the reason, from a protocol that is younger than those it was trained on',
    { timeout: 60_000 },
    async () => {
      const { db } = workshop.platform
      await workshop.ended(await submitTo(workshop, 'build-features'), 60_000)
      const scores = await eventually(async () => {
        await relayOutbox(db, workshop.platform.producer)
        const rows = await db.selectFrom('riskScores').selectAll().orderBy('protocolId').execute()
        return rows.length === grown.length + 1 && rows
      }, 60_000)
      const abstained = scores.filter(({ riskLevel }) => riskLevel === null)
      expect(abstained).toMatchObject([
        {
          protocolId: 'late',
          probabilities: null,
          shapValues: null,
          abstainedBecause:
            'not enough history: TVL is known for 40 days, and the model was trained on protocols with 90',
        },
      ])
    },
  )

  it('fills in what happened to a prediction whose horizon has passed, and counts it', async () => {
    const { db } = workshop.platform
    const { id: modelId } = await findModel()
    const { protocolId } = grown[0]!.series
    const asOf = new Date('2021-06-01T12:00:00Z')
    await storeRisk(db, protocolId, modelId, { asOf, riskLevel: 'low', closesOn: '2021-07-01' })
    const run = await workshop.ended(await submitTo(workshop, 'close-horizons'), 30_000)
    expect(run).toMatchObject({ state: 'completed', result: { closed: 1, still_open: grown.length } })
    const closed = await db.selectFrom('riskScores').selectAll().where('asOf', '=', asOf).executeTakeFirst()
    expect(closed!.outcome).toMatch(/low|medium|high/)
    expect(closed!.outcomeFall).toBeLessThanOrEqual(0)
    expect(closed!.outcomeRelativeFall).toBeLessThanOrEqual(0)
    expect(closed!.outcomeRelativeFall).not.toBe(closed!.outcomeFall)
    const record = await readTrackRecord(db, { origin: 'live', modelId })
    expect(record).toMatchObject([{ month: '2021-06', predicted: 'low', fallSum: closed!.outcomeFall }])
  })

  it('ends within ten seconds when it is cancelled in the middle, and leaves no rows behind', async () => {
    const { db } = workshop.platform
    const cancelled = await submitTo(workshop, 'train-models', { family: 'risk', grid: 'full' })
    const children = () => db.selectFrom('jobRuns').selectAll().where('parentId', '=', cancelled).execute()
    await eventually(async () => (await children()).some(({ state }) => state === 'active'), 30_000)
    const asked = performance.now()
    await requestCancel(db, cancelled)
    expect(await workshop.ended(cancelled, 10_000)).toMatchObject({ state: 'cancelled' })
    await eventually(
      async () =>
        (await children()).every(({ state }) => (terminalStates as readonly string[]).includes(state)),
      10_000,
    )
    expect(performance.now() - asked).toBeLessThan(10_000)
    const results = () =>
      db.selectFrom('candidateResults').selectAll().where('trainingRunId', '=', cancelled).execute()
    const atTheEnd = (await results()).length
    await eventually(() => Promise.resolve(performance.now() - asked > 12_000))
    expect(await results()).toHaveLength(atTheEnd)
    expect(await db.selectFrom('models').selectAll().execute()).toHaveLength(1)
  })

  it('leaves no trace of a model whose registration breaks off', async () => {
    const { db } = workshop.platform
    const { artifactSha256: _sha, version: _version, reason: _reason, ...model } = await findModel()
    const broken = { ...model, id: '3f0c6d3a-0f5e-4a55-9c84-6a1d6d6a0000', artifact: {} }
    const promote = { promoted: true, reason: 'better' }
    await expect(
      registerModel(db, broken, promote, () => Promise.reject(new Error('the disk is full'))),
    ).rejects.toThrow('the disk is full')
    expect(await db.selectFrom('models').select('id').execute()).toEqual([{ id: model.id }])
    expect(await db.selectFrom('currentModels').select('modelId').execute()).toEqual([{ modelId: model.id }])
  })
})

describe('with TIDEGAUGE_PROMOTION=beats-baselines', () => {
  it(
    'keeps a model that ranks no better than volatility, and never makes it current',
    { timeout: 120_000 },
    async () => {
      const { db } = strict.platform
      await storeHistories(db, grown.map(steps))
      startWorker(strict, 'training')
      const runId = await submitTo(strict, 'train-models', { family: 'risk', grid: 'quick' })
      const run = await strict.ended(runId, 110_000)
      expect(run).toMatchObject({ state: 'completed', result: { promoted: false } })
      expect(run.result!['reason']).toMatch(/do not beat both baselines .* as the settings demand/)
      const models = await db.selectFrom('models').select(['beatsBaselines', 'metrics']).execute()
      expect(models).toMatchObject([{ beatsBaselines: false, metrics: { average_precision: null } }])
      expect(await db.selectFrom('currentModels').selectAll().execute()).toEqual([])
      expect((await linesOf(db, runId)).at(-1)).toMatch(/^version 1 is kept as a candidate/)
    },
  )
})

describe('a trainer that is killed with -9 in the middle', () => {
  it(
    'leaves what was finished to the next one, which computes only the rest',
    { timeout: 150_000 },
    async () => {
      const { db } = mortal.platform
      await storeHistories(db, grown)
      const first = startWorker(mortal, 'training')
      const runId = await submitTo(mortal, 'train-models', { family: 'risk', grid: 'quick' })
      const children = () =>
        db
          .selectFrom('jobRuns')
          .innerJoin('candidateResults', (join) =>
            join
              .onRef('candidateResults.trainingRunId', '=', 'jobRuns.parentId')
              .on('candidateResults.candidate', '=', sql<string>`job_runs.payload->>'candidate'`),
          )
          .select(['jobRuns.id', 'attempt', 'candidateResults.finishedAt'])
          .where('parentId', '=', runId)
          .where('jobRuns.state', '=', 'completed')
          .orderBy('jobRuns.id')
          .execute()
      const finished = await eventually(async () => {
        const rows = await children()
        return rows.length >= 2 && rows
      }, 60_000)
      first.kill('SIGKILL')
      expect(finished.length).toBeLessThan(10)
      expect(await db.selectFrom('models').select('id').execute()).toEqual([])

      startWorker(mortal, 'training')
      expect(await mortal.ended(runId, 80_000)).toMatchObject({ state: 'completed' })
      const all = await children()
      expect(all).toHaveLength(10)
      const known = new Set(finished.map(({ id }) => id))
      expect(all.filter(({ id }) => known.has(id))).toEqual(finished)
      expect(await db.selectFrom('models').select('id').execute()).toHaveLength(1)
    },
  )
})
