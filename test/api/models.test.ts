import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RunAnswer } from '../../src/api/run-answer.ts'
import type { RiskMetrics } from '../../src/domain/risk-metrics.ts'
import { storedMetrics } from '../../src/training/stored-metrics.ts'
import { startTestApi } from '../support/api.ts'
import { drawnJudgement } from '../training/drawn-judgement.ts'
import { makeCurrent, storeModel, storeProtocol, storeScan } from '../support/stored-results.ts'

const { ask, post, db } = await startTestApi()
const first = await storeModel(db, 'risk')
const second = await storeModel(db, 'risk', {
  algorithm: 'xgboost',
  params: JSON.stringify({ trees: 300 }),
  metrics: JSON.stringify({ macro_f1: 0.5, only_here: 1 }),
})
const detector = await storeModel(db, 'anomaly')
await makeCurrent(db, 'risk', first)

it('lists models without their artifacts, newest first', async () => {
  const { body } = await ask<{ items: Record<string, unknown>[] }>('/models?kind=risk')
  expect(body.items.map((model) => [model['id'], model['is_current']])).toEqual([
    [second, false],
    [first, true],
  ])
  expect(body.items[0]).not.toHaveProperty('artifact')
  expect((await ask('/models?algorithm=xgboost')).body).toMatchObject({ items: [{ id: second }] })
})

it('shows one with parameters, importance and provenance', async () => {
  expect((await ask(`/models/${first}`)).body).toMatchObject({
    kind: 'risk',
    params: { trees: 100 },
    metrics: { macro_f1: 0.41 },
    window_from: '2025-01-01',
    artifact_sha256: 'abc',
    importance: { mean_abs_shap: { recent_volume: 0.16 } },
  })
  expect((await ask(`/models/${randomUUID()}`)).status).toBe(404)
})

it('serves what a training measured, the leaderboard only with the one model', async () => {
  const judgement = drawnJudgement({ macroF1: 0.4 }, 0.05)
  const config = { algorithm: 'logistic', params: { C: 0.1 }, view: 'ranks', balance: 'smote' } as const
  const metrics = storedMetrics({ model: judgement, majority: judgement, volatility: judgement }, [
    { candidate: { id: 'logistic ranks smote C=0.1', config }, judgement },
  ])
  const id = await storeModel(db, 'risk', { metrics: JSON.stringify(metrics) })
  const one = await ask<{ metrics: RiskMetrics }>(`/models/${id}`)
  expect(one.body.metrics).toEqual(metrics)
  expect(one.body.metrics.intervals.macro_f1).toEqual({
    lower: expect.closeTo(0.3) as number,
    upper: expect.closeTo(0.5) as number,
  })
  const { leaderboard, ...shared } = metrics
  expect(leaderboard).toHaveLength(1)
  for (const path of ['/models?limit=1', '/models/performance?limit=1']) {
    const { body } = await ask<Record<string, { metrics: unknown }[]>>(path)
    expect((body['items'] ?? body['leaderboard'])![0]!.metrics).toEqual(shared)
  }
  await db.deleteFrom('models').where('id', '=', id).execute()
})

it('compares two of one kind', async () => {
  const { body } = await ask(`/models/compare?a=${first}&b=${second}`)
  expect(body['params']).toEqual([{ param: 'trees', a: 100, b: 300 }])
  expect(body['metrics']).toEqual([
    { metric: 'average_precision', a: 0.2, b: null, difference: null },
    { metric: 'macro_f1', a: 0.41, b: 0.5, difference: expect.closeTo(0.09) as number },
    { metric: 'only_here', a: null, b: 1, difference: null },
  ])
  expect((await ask(`/models/compare?a=${first}&b=${detector}`)).status).toBe(422)
  expect((await ask(`/models/compare?a=${first}&b=${randomUUID()}`)).status).toBe(404)
  expect((await ask(`/models/compare?a=${first}`)).body).toMatchObject({ errors: [{ field: 'query.b' }] })
})

it('puts the leaderboard beside what each detector said', async () => {
  for (const id of ['one', 'two']) await storeProtocol(db, id)
  await storeScan(db, detector, { one: 0.9, two: 0.1 })
  const { body } = await ask<{ leaderboard: unknown[]; detectors: { items: unknown[] } }>(
    '/models/performance',
  )
  expect(body.leaderboard).toHaveLength(3)
  expect(body.detectors.items).toEqual([
    { algorithm: 'isolation-forest', scored: 2, anomalies: 1, agreement: 1 },
    { algorithm: 'lof', scored: 2, anomalies: 1, agreement: 0 },
  ])
})

describe('POST /models/{id}/promote', () => {
  it('moves the pointer, writes down why, and queues the scoring', async () => {
    const answer = await post<RunAnswer>(`/models/${second}/promote`, { reason: 'better calibrated' })
    expect(answer.status).toBe(202)
    expect(answer.body.name).toBe('score-protocols')
    expect((await ask(`/models/${second}`)).body).toMatchObject({ is_current: true })
    expect((await ask('/models/promotions?kind=risk')).body).toMatchObject({
      items: [
        { model_id: second, previous_model_id: first, reason: 'better calibrated', promoted_by: 'tester' },
      ],
    })
    const again = await post(`/models/${second}/promote`, { reason: 'again' })
    expect(again).toMatchObject({ status: 409, body: { code: 'already_current' } })
  })

  it('rolls back under an Idempotency-Key once', async () => {
    const headers = { 'idempotency-key': 'roll-back' }
    const answers = [1, 2].map(() => post(`/models/${first}/promote`, { reason: 'back' }, { headers }))
    for (const answer of await Promise.all(answers)) expect([202, 409]).toContain(answer.status)
    expect((await post(`/models/${first}/promote`, { reason: 'back' }, { headers })).status).toBe(202)
    const { body } = await ask<{ items: unknown[] }>('/models/promotions')
    expect(body.items).toHaveLength(2)
  })

  it('queues a scan for a detector, and wants a reason', async () => {
    const answer = await post<RunAnswer>(`/models/${detector}/promote`, { reason: 'first' })
    expect(answer.body.name).toBe('scan-protocols')
    expect((await post(`/models/${first}/promote`, {})).body).toMatchObject({
      errors: [{ field: 'body.reason' }],
    })
    expect((await post(`/models/${randomUUID()}/promote`, { reason: 'x' })).status).toBe(404)
  })
})
