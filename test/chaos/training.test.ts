import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect } from 'vitest'
import { importDataset } from '../../src/dataset-io/import-dataset.ts'
import { createPool } from '../../src/db/connection.ts'
import { readArtifact } from '../../src/db/models.ts'
import type { ModelKind } from '../../src/db/schema.ts'
import { isoDate } from '../../src/domain/calendar.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { writeDataset } from '../../src/market/dataset.ts'
import { eventually } from '../support/eventually.ts'
import { allEnded, expectNothingLost, outcomeOf, submitLoad } from './harness/load.ts'
import type { LineProcess } from './harness/processes.ts'
import { promise } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'

const stage = await openStage({ protocols: 30, days: 260 })
const { db, dataset, home, postgres } = stage
const tokens = dataset.protocols.flatMap(({ gecko_id }) => gecko_id ?? [])
const families: readonly ModelKind[] = ['risk', 'anomaly']
let collector: LineProcess
let trainer: LineProcess

beforeAll(async () => {
  const dir = join(home, 'dataset')
  mkdirSync(dir)
  await writeDataset(dir, dataset)
  const pool = createPool({ url: postgres.url, maxConnections: 2, applicationName: 'chaos import' })
  await importDataset(pool, dir, { now: new Date(isoDate(dataset.lastDay)) })
  await pool.end()
  stage.run('analyst')
  collector = stage.run('collector')
  trainer = stage.run('trainer')
  await Promise.all([collector.health(), trainer.health()])
})

/** One training of each family. @returns the ids of their runs */
const train = (): Promise<string[]> =>
  Promise.all(
    families.map(async (family) => {
      const payload = { family, grid: 'quick' } as const
      const { runId } = await submitJob(db, 'train-models', payload, { origin: 'job' })
      return runId
    }),
  )

const metrics = async (one: LineProcess): Promise<string> =>
  (await fetch(`${await one.health()}/metrics`)).text()
/** The sum over the labels of a metric. */
const sumOf = (text: string, name: string): number =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )

promise(
  'R13',
  {
    injected: `both models trained while ${scaled(6_000)} I/O jobs run`,
    expected: '0 stalls, 0 crashes, event-loop lag p99 < 100 ms',
    timeoutMs: 600_000,
  },
  async (tell) => {
    const workers = { collector, trainer }
    // Each reading of the lag starts a new measurement.
    for (const one of Object.values(workers)) await metrics(one)
    const trainings = await train()
    const load = await submitLoad(db, tokens, scaled(6_000))
    const outcome = await allEnded(db, load, 240_000)
    const trained = await allEnded(db, trainings, 300_000)
    const lags: number[] = []
    let stalls = 0
    for (const [name, one] of Object.entries(workers)) {
      const text = await metrics(one)
      const lagMs = 1000 * sumOf(text, 'tidegauge_nodejs_eventloop_lag_p99_seconds')
      lags.push(lagMs)
      stalls += sumOf(text, 'tidegauge_jobs_stalled_total')
      tell({ [`${name}_lag_p99_ms`]: Math.round(lagMs) })
    }
    tell({
      trainings: trained.completed,
      jobs: outcome.completed,
      stalls,
      crashes: outcome.crashes + trained.crashes,
    })
    expect(trained).toMatchObject({ completed: families.length, crashes: 0 })
    expect(outcome.crashes).toBe(0)
    expect(stalls).toBe(0)
    expect(Math.min(...lags)).toBeGreaterThan(0)
    expect(Math.max(...lags)).toBeLessThan(100)
    await expectNothingLost(db, outcome)
  },
)

const kills = scaled(10, 3)

promise(
  'R7',
  {
    injected: `${kills} kill -9 of Postgres while both models are trained, among ${scaled(8_000)} jobs`,
    expected: '0 failed jobs, 0 duplicate rows, never a half-written model',
    timeoutMs: 120_000 + kills * 60_000,
  },
  async (tell) => {
    const load = await submitLoad(db, tokens, scaled(8_000))
    const trainings = await train()
    let whileTraining = 0
    for (let kill = 0; kill < kills; kill++) {
      await sleep(1_000 + 700 * (kill % 4))
      const { completed } = await outcomeOf(db, trainings)
      // Somebody is at work on a model whenever its record is taken away.
      if (completed === trainings.length) trainings.push(...(await train()))
      else whileTraining++
      await postgres.outage(500 * (kill % 3))
      await eventually(() => outcomeOf(db, load).catch(() => undefined), 30_000)
      await expectWholeModels()
    }
    const outcome = await allEnded(db, load, 240_000)
    const trained = await allEnded(db, trainings, 300_000)
    tell({
      ...outcome,
      trainings: trained.completed,
      kills_while_training: whileTraining,
      models: await expectWholeModels(),
    })
    expect(whileTraining).toBeGreaterThan(0)
    expect(trained).toMatchObject({ completed: trainings.length, lost: 0 })
    await expectNothingLost(db, outcome)
  },
)

/** Every model that can be seen can be read, belongs to a training, and one of each kind is current. @returns how many there are */
async function expectWholeModels(): Promise<number> {
  const models = await db.selectFrom('models').select(['id', 'kind', 'runId']).execute()
  for (const { id } of models) await readArtifact(db, id)
  const current = await db.selectFrom('currentModels').select(['kind', 'modelId']).execute()
  expect(new Set(current.map(({ kind }) => kind))).toEqual(new Set(models.map(({ kind }) => kind)))
  expect(new Set(models.map(({ runId }) => runId)).size).toBe(models.length)
  return models.length
}
