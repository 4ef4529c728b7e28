import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/api/problem.ts'
import { startTestApi } from '../support/api.ts'
import { makeCurrent, storeAlert, storeModel, storeProtocol, storeScan } from '../support/stored-results.ts'

const { ask, post, db } = await startTestApi()
await storeProtocol(db, 'aave')

describe('/alerts', () => {
  it('lists and filters them, newest first', async () => {
    const older = await storeAlert(db, 'aave', { kind: 'risk', raisedAt: new Date('2026-11-01T00:00:00Z') })
    const newer = await storeAlert(db, 'aave', { kind: 'drift', level: 'low' })
    const all = await ask<{ items: { id: string }[] }>('/alerts')
    expect(all.body.items.map((alert) => alert.id)).toEqual([newer, older])
    for (const query of ['kind=risk', 'level=high', 'protocol=aave&kind=risk&state=open'])
      expect((await ask(`/alerts?${query}`)).body, query).toMatchObject({ items: [{ id: older }] })
    expect((await ask('/alerts?state=closed')).status).toBe(400)
  })

  it('can be acknowledged, snoozed and judged, and a cleared one only judged', async () => {
    const id = await storeAlert(db, 'aave', { kind: 'anomaly' })
    expect((await post(`/alerts/${id}/acknowledge`)).body).toMatchObject({
      state: 'acknowledged',
      acknowledged_by: 'tester',
    })
    const snoozed = await post<{ snoozed_until: string }>(`/alerts/${id}/snooze`, { minutes: 60 })
    expect(snoozed.body).toMatchObject({ state: 'snoozed' })
    expect(Date.parse(snoozed.body.snoozed_until) - Date.now()).toBeGreaterThan(59 * 60_000)

    await db.updateTable('alerts').set({ state: 'cleared' }).where('id', '=', id).execute()
    for (const [action, body] of [
      ['acknowledge', undefined],
      ['snooze', { minutes: 5 }],
    ] as const)
      expect(await post(`/alerts/${id}/${action}`, body)).toMatchObject({
        status: 409,
        body: { code: 'already_cleared' },
      })
    const judged = await post(`/alerts/${id}/feedback`, { feedback: 'false_alarm', note: 'a listing' })
    expect(judged.body).toMatchObject({
      feedback: 'false_alarm',
      feedback_note: 'a listing',
      state: 'cleared',
    })
    expect((await ask(`/alerts/${id}`)).body).toMatchObject({ feedback: 'false_alarm', deliveries: [] })
  })

  it('names what is wrong with an answer to one', async () => {
    const id = randomUUID()
    expect((await post<Problem>(`/alerts/${id}/snooze`, { minutes: 0 })).body.errors![0]!.field).toBe(
      'body.minutes',
    )
    const wrong = await post<Problem>(`/alerts/${id}/feedback`, { feedback: 'maybe' })
    expect(wrong.body.errors![0]!.message).toMatch(/true_alarm.*false_alarm/)
    for (const [action, body] of [
      ['acknowledge', undefined],
      ['snooze', { minutes: 5 }],
      ['feedback', { feedback: 'true_alarm' }],
    ] as const)
      expect((await post(`/alerts/${id}/${action}`, body)).status, action).toBe(404)
  })
})

describe('/alert-channels', () => {
  it('shows the secret of a webhook once, and never the path of its target', async () => {
    const target = 'https://1.1.1.1/hooks/secret-path'
    const created = await post<{ id: string; secret: string }>('/alert-channels', {
      kind: 'webhook',
      name: 'ops',
      target,
    })
    expect(created.status).toBe(201)
    expect(created.body.secret).toMatch(/^whsec_[\w-]{32}$/)
    const listed = await ask('/alert-channels')
    expect(listed.body).toMatchObject({
      items: [{ name: 'ops', target: 'https://1.1.1.1/…', min_level: 'low' }],
    })
    expect(JSON.stringify(listed.body)).not.toContain(created.body.secret)

    const path = `/alert-channels/${created.body.id}`
    const changed = await ask(path, { method: 'PATCH', body: { is_enabled: false, min_level: 'high' } })
    expect(changed.body).toMatchObject({ is_enabled: false, min_level: 'high' })
    expect((await ask(path, { method: 'PATCH', body: {} })).status).toBe(400)
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
    for (const method of ['DELETE', 'PATCH'])
      expect((await ask(path, { method, body: { is_enabled: true } })).status, method).toBe(404)
  })

  it.each([
    'http://127.0.0.1:9200/',
    'http://localhost/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://192.168.1.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://user:secret@1.1.1.1/',
  ])('refuses to send to %s', async (target) => {
    const answer = await post<Problem>('/alert-channels', { kind: 'slack', name: 'x', target })
    expect(answer.status).toBe(400)
    expect(answer.body.errors![0]!.field).toBe('body.target')
  })

  it.each(['ftp://1.1.1.1/', 'file:///etc/passwd', 'nothing'])(
    'refuses what is no web address: %s',
    async (target) => {
      expect((await post('/alert-channels', { kind: 'discord', name: 'x', target })).status).toBe(400)
    },
  )

  it('takes an e-mail address', async () => {
    const answer = await post('/alert-channels', { kind: 'email', name: 'desk', target: 'desk@example.com' })
    expect(answer).toMatchObject({ status: 201, body: { target: 'desk@example.com', secret: null } })
  })
})

describe('/alert-budget', () => {
  it('has a default until somebody sets one', async () => {
    expect((await ask('/alert-budget')).body).toMatchObject({
      alerts_per_week: 5,
      is_default: true,
      threshold: null,
      expected_precision: null,
    })
    const set = await ask('/alert-budget', { method: 'PUT', body: { alerts_per_week: 12 } })
    expect(set.body).toMatchObject({ alerts_per_week: 12, is_default: false })
  })

  it.each([0, 10_001, 1.5, '7', null])('names the field and what is allowed when told %j', async (wanted) => {
    const answer = await ask<Problem>('/alert-budget', { method: 'PUT', body: { alerts_per_week: wanted } })
    expect(answer.status).toBe(400)
    const [error] = answer.body.errors!
    expect(error!.field).toBe('body.alerts_per_week')
    expect(error!.message).toBe('body.alerts_per_week: Expected a whole number from 1 to 10,000')
  })

  it('shows the threshold that follows, and a precision that answers move', async () => {
    const caught = [
      { score: 0.9, caught: 0.8 },
      { score: 0.999, caught: 0.5 },
    ]
    const model = await storeModel(db, 'anomaly', { metrics: JSON.stringify({ threshold: 0.9, caught }) })
    await makeCurrent(db, 'anomaly', model)
    await storeScan(db, model, { aave: 0.3 })
    await ask('/alert-budget', { method: 'PUT', body: { alerts_per_week: 7 } })
    const before = (await ask<Budget>('/alert-budget')).body
    expect(before.threshold).toBe(0.9)
    expect(before.past).toEqual({ weeks: 1, alerts_per_week: 0 })

    const fromInjected = 0.008 / (0.008 + 0.99 * 0.1)
    const { trueAlarms, falseAlarms } = await countedAnswers()
    expect(before.expected_precision!.from_injected).toBeCloseTo(fromInjected, 9)
    for (let i = 0; i < 4; i++)
      await storeAlert(db, `p${i}`, { feedback: 'true_alarm', state: 'cleared', details: labelled(0.95) })
    const after = (await ask<Budget>('/alert-budget')).body.expected_precision!
    expect(after).toMatchObject({ true_alarms: trueAlarms + 4, false_alarms: falseAlarms })
    expect(after.value).toBeCloseTo(
      (10 * fromInjected + trueAlarms + 4) / (10 + trueAlarms + falseAlarms + 4),
      9,
    )
  })
})

describe('/models/performance', () => {
  it('counts the answers by the detectors that would have raised the alert', async () => {
    await storeAlert(db, 'wrong', { feedback: 'false_alarm', state: 'cleared', details: labelled(0.5) })
    const { feedback } = (await ask<{ feedback: Feedback }>('/models/performance')).body
    expect(feedback).toMatchObject({ fewest_answers: 10, fewest_of_each: 3 })
    expect(feedback.detectors).toEqual([
      { algorithm: 'isolation-forest', true_alarms: 4, false_alarms: 1, precision: 0.8 },
      { algorithm: 'lof', true_alarms: 4, false_alarms: 0, precision: 1 },
    ])
  })
})

interface Budget {
  readonly threshold: number | null
  readonly past: { readonly weeks: number; readonly alerts_per_week: number } | null
  readonly expected_precision: {
    readonly value: number
    readonly from_injected: number
    readonly true_alarms: number
    readonly false_alarms: number
  } | null
}

interface Feedback {
  readonly detectors: readonly { readonly algorithm: string; readonly true_alarms: number }[]
}

/** What an alert keeps of its detectors, raised at a threshold of 0.9. */
const labelled = (lof: number): string =>
  JSON.stringify({
    alert_threshold: 0.9,
    detectors: [
      { algorithm: 'isolation-forest', score: 0.97, is_anomaly: true },
      { algorithm: 'lof', score: lof, is_anomaly: true },
    ],
  })

async function countedAnswers(): Promise<{ trueAlarms: number; falseAlarms: number }> {
  const { true_alarms, false_alarms } = (await ask<Budget>('/alert-budget')).body.expected_precision!
  return { trueAlarms: true_alarms, falseAlarms: false_alarms }
}
