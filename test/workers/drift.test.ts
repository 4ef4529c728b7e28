import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertChannel } from '../../src/db/alert-channels.ts'
import { readDelivery } from '../../src/db/alerts.ts'
import { listDriftRetrainings } from '../../src/db/drift.ts'
import { findRun } from '../../src/db/job-runs.ts'
import type { ScanDrift } from '../../src/db/schema.ts'
import { numericFeatureNames } from '../../src/domain/feature-names.ts'
import { titleOf } from '../../src/delivery/payloads.ts'
import { noticeOf } from '../../workers/jobs/deliver-alert.ts'
import { answerDrift, scanDrift } from '../../workers/scanning/watch-drift.ts'
import { asRequested } from '../../workers/training/register-model.ts'
import { makeCurrent, storeModel } from '../support/stored-results.ts'
import { openWorkshop } from '../support/workshop.ts'

const { platform } = await openWorkshop()
const { db } = platform

const drift = (moved: number, model: 'anomaly' | 'risk' = 'anomaly'): ScanDrift =>
  numericFeatureNames.map((feature, i) => ({ model, feature, psi: i < moved ? 1 : 0.1, limit: 0.25 }))
const answer = (given: ScanDrift | null) =>
  db.transaction().execute((tx) => answerDrift(tx, randomUUID(), given))
const alerts = () =>
  db.selectFrom('alerts').selectAll().where('kind', '=', 'drift').orderBy('raisedAt').execute()

beforeAll(async () => {
  for (const kind of ['anomaly', 'risk'] as const) await makeCurrent(db, kind, await storeModel(db, kind))
})
beforeEach(async () => {
  for (const table of ['alerts', 'driftRetrainings', 'jobRuns'] as const) await db.deleteFrom(table).execute()
})

describe('drift past the threshold', () => {
  it('queues a training that promotes nothing by itself, with its reason, at most once a week', async () => {
    await answer(drift(5))
    await answer(drift(9))
    const retrainings = await listDriftRetrainings(db, 10)
    expect(retrainings).toMatchObject([
      { kind: 'anomaly', reason: expect.stringContaining('5 of 15') as string },
    ])
    expect(await findRun(db, retrainings[0]!.runId)).toMatchObject({
      name: 'train-models',
      payload: { family: 'anomaly', promotion: 'never', requested_because: retrainings[0]!.reason },
    })
    expect(
      await db.selectFrom('jobRuns').select('id').where('name', '=', 'train-models').execute(),
    ).toHaveLength(1)
  })

  it('queues another one when the week is over', async () => {
    await answer(drift(5))
    await db
      .updateTable('driftRetrainings')
      .set({ queuedAt: new Date(Date.now() - 8 * 86_400_000) })
      .execute()
    await db.updateTable('jobRuns').set({ state: 'completed' }).execute()
    await answer(drift(5))
    expect(await listDriftRetrainings(db, 10)).toHaveLength(2)
  })

  it('judges each model by its own window', async () => {
    await answer([...drift(0), ...drift(8, 'risk')])
    expect(await listDriftRetrainings(db, 10)).toMatchObject([{ kind: 'risk' }])
  })

  it('raises one alert for the whole market, tells the channels, and clears it', async () => {
    await insertChannel(db, {
      id: randomUUID(),
      name: 'ops',
      kind: 'webhook',
      target: 'https://example.com/x',
      secret: 's',
      minLevel: 'low',
    })
    await answer(drift(6))
    await answer(drift(7))
    expect(await alerts()).toMatchObject([
      { protocolId: '*', level: 'medium', state: 'open', timesRaised: 1 },
    ])
    await answer(drift(12))
    expect(await alerts()).toMatchObject([{ level: 'high', timesRaised: 2, peakScore: 12 / 15 }])
    const ids = await db.selectFrom('alertDeliveries').select('id').orderBy('event').execute()
    const deliveries = await Promise.all(ids.map(({ id }) => readDelivery(db, id)))
    expect(deliveries.map((delivery) => titleOf(noticeOf(delivery!)))).toEqual([
      'HIGH drift: the whole market (raised)',
      'HIGH drift: the whole market (worsened to high)',
    ])
    await answer(drift(2))
    expect(await alerts()).toMatchObject([{ state: 'cleared' }])
  })

  it('does nothing while the models do not know their training windows', async () => {
    expect(await scanDrift(db, [], new Float64Array())).toBeNull()
    await answer(null)
    expect(await alerts()).toEqual([])
  })
})

describe('a training that drift asked for', () => {
  const decision = { promoted: true, reason: 'Not worse' }
  const payload = { family: 'risk', seed: 1, grid: 'full' } as const

  it('leaves the current model in its place, whatever the comparison says', () => {
    expect(
      asRequested({ ...payload, promotion: 'never', requested_because: 'it drifted' }, decision),
    ).toEqual({
      promoted: false,
      reason: 'Trained because it drifted. Left for somebody to promote; the comparison says: Not worse',
    })
    expect(asRequested({ ...payload, promotion: 'decide' }, decision)).toEqual(decision)
  })
})
