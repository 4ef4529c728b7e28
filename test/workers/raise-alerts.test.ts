import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { insertChannel } from '../../src/db/alert-channels.ts'
import { saveAlertBudget } from '../../src/db/alert-budget.ts'
import { listAlertLabels } from '../../src/db/alert-labels.ts'
import { saveFeedback } from '../../src/db/alert-responses.ts'
import { type NewRiskScore, saveRiskScores } from '../../src/db/risk-scores.ts'
import { insertScan, type NewAnomalyScore, type NewScan } from '../../src/db/scans.ts'
import { raiseRiskAlerts } from '../../workers/alerting/raise-risk-alerts.ts'
import { raiseAlerts } from '../../workers/scanning/raise-alerts.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

const { platform, work, ended } = await openWorkshop(undefined, { TIDEGAUGE_PRIVATE_WEBHOOKS: 'allow' })
const { db, producer } = platform

const received: { signature: IncomingMessage['headers'][string]; body: string }[] = []
let isDown = false
const server = createServer((request, response) => {
  if (request.url === '/hangs') return
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    if (!isDown) received.push({ signature: request.headers['tidegauge-signature'], body })
    response.writeHead(isDown ? 500 : 204).end()
  })
}).listen(0, '127.0.0.1')
afterAll(() => {
  server.close()
})

let hour = 0
const score = (over: Partial<NewAnomalyScore> = {}): NewAnomalyScore => ({
  protocolId: 'curve',
  isAnomaly: true,
  anomalyScore: 0.97,
  confidence: 0.8,
  alertLevel: 'medium',
  algorithm: 'consensus',
  detectors: [],
  contributions: [],
  verdict: 'event',
  verdictReason: 'the jump stayed',
  ...over,
})
const scan = async (...scores: NewAnomalyScore[]): Promise<void> => {
  const row: NewScan = {
    id: randomUUID(),
    asOf: new Date(Date.UTC(2024, 0, 5, hour++)),
    modelId: randomUUID(),
    insufficientData: 0,
    durationMs: 1,
    drift: null,
    scores,
  }
  await db.transaction().execute(async (tx) => {
    await insertScan(tx, row)
    await raiseAlerts(tx, row, 0.9)
  })
}
const alertOf = (protocolId: string) =>
  db.selectFrom('alerts').selectAll().where('protocolId', '=', protocolId).executeTakeFirst()
const deliveryRuns = () =>
  db.selectFrom('jobRuns').selectAll().where('name', '=', 'deliver-alert').orderBy('createdAt').execute()

describe('a scan', () => {
  it('raises an alert once, tells a channel once, and signs what it tells', async () => {
    await new Promise((resolve) =>
      server.listening ? resolve(undefined) : server.once('listening', resolve),
    )
    await insertChannel(db, {
      id: randomUUID(),
      name: 'desk',
      kind: 'webhook',
      target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      secret: 'whsec_desk',
      minLevel: 'medium',
    })
    await scan(
      score(),
      score({ protocolId: 'quiet', isAnomaly: false, verdict: 'normal', anomalyScore: 0.2 }),
    )
    await scan(score({ anomalyScore: 0.96 }))
    expect(await alertOf('curve')).toMatchObject({
      state: 'open',
      level: 'medium',
      timesRaised: 1,
      score: 0.96,
      peakScore: 0.97,
    })
    expect(await alertOf('quiet')).toBeUndefined()

    work('alerts')
    const [run, ...others] = await deliveryRuns()
    expect(others).toEqual([])
    await relayOutbox(db, producer)
    expect(await ended(run!.id)).toMatchObject({ state: 'completed', result: { status: 204 } })
    expect(received).toHaveLength(1)
    expect(JSON.parse(received[0]!.body)).toMatchObject({ alert: { kind: 'anomaly', protocol_id: 'curve' } })
    expect(received[0]!.signature).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/)
  })

  it('tells again when it gets worse, also of what was acknowledged', async () => {
    await db.updateTable('alerts').set({ state: 'acknowledged' }).execute()
    await scan(score({ alertLevel: 'high' }))
    expect(await alertOf('curve')).toMatchObject({ state: 'open', level: 'high', timesRaised: 2 })
    expect(await deliveryRuns()).toHaveLength(2)
  })

  it('clears an alert when the protocol is back, and may then raise another', async () => {
    await scan(score({ isAnomaly: false, anomalyScore: 0.3, verdict: 'normal' }))
    expect((await alertOf('curve'))?.state).toBe('cleared')
    await scan(score())
    expect(
      await db.selectFrom('alerts').selectAll().where('protocolId', '=', 'curve').execute(),
    ).toHaveLength(2)
  })

  it('raises none for what may be a glitch', async () => {
    await scan(
      score({ protocolId: 'glitchy', verdict: 'glitch' }),
      score({ protocolId: 'waiting', verdict: 'unconfirmed' }),
    )
    expect(await alertOf('glitchy')).toBeUndefined()
    expect(await alertOf('waiting')).toBeUndefined()
  })
})

describe('an alert', () => {
  it('keeps what each detector said, so that an answer makes it a label', async () => {
    const detectors = [{ algorithm: 'lof', score: 0.99, is_anomaly: true }]
    await scan(score({ protocolId: 'labelled', detectors }))
    await saveFeedback(db, (await alertOf('labelled'))!.id, { feedback: 'true_alarm', note: null })
    expect(await listAlertLabels(db)).toEqual([{ isTrueAlarm: true, scores: { lof: 0.99 } }])
  })
})

describe('a scoring of risk', () => {
  const modelId = randomUUID()
  const riskScore = (
    hourOfDay: number,
    riskLevel: 'low' | 'medium' | 'high',
    high: number,
  ): NewRiskScore => ({
    protocolId: 'lido',
    asOf: new Date(Date.UTC(2024, 0, 6, hourOfDay)),
    modelId,
    riskLevel,
    confidence: 0.6,
    probabilities: [0.9 - high, 0.1, high],
    horizonDays: 30,
    closesOn: '2024-02-05',
    outputSpace: 'probability',
    baseValue: 0,
    outputValue: 0,
    shapValues: [],
    featureValues: '{}',
    abstainedBecause: null,
  })
  const scoreRisk = async (row: NewRiskScore): Promise<void> => {
    await saveRiskScores(db, [row])
    await db.transaction().execute((tx) => raiseRiskAlerts(tx, new Date(row.asOf), [row]))
  }

  it('raises an alert when a level rises to high, once, and clears it with hysteresis', async () => {
    await saveAlertBudget(db, { alertsPerWeek: 100 })
    await scoreRisk(riskScore(1, 'high', 0.6))
    expect(await alertOf('lido')).toBeUndefined()
    await scoreRisk(riskScore(2, 'medium', 0.4))
    await scoreRisk(riskScore(3, 'high', 0.7))
    await scoreRisk(riskScore(3, 'high', 0.7))
    expect(await alertOf('lido')).toMatchObject({
      kind: 'risk',
      level: 'high',
      state: 'open',
      timesRaised: 1,
      message: expect.stringMatching(/rose from medium to high: 70 %.* within 30 days/) as string,
    })
    await scoreRisk(riskScore(4, 'medium', 0.6))
    expect((await alertOf('lido'))?.state).toBe('open')
    await scoreRisk(riskScore(5, 'low', 0.2))
    expect((await alertOf('lido'))?.state).toBe('cleared')
  })

  it('spends of the same budget', async () => {
    await saveAlertBudget(db, { alertsPerWeek: 1 })
    await scoreRisk(riskScore(6, 'high', 0.9))
    const open = await db
      .selectFrom('alerts')
      .select('id')
      .where('kind', '=', 'risk')
      .where('state', '=', 'open')
      .execute()
    expect(open).toEqual([])
    await saveAlertBudget(db, { alertsPerWeek: 100 })
  })
})

describe('a receiver that hangs', () => {
  it('delays no other alert, is given up after ten seconds and tried again', async () => {
    await insertChannel(db, {
      id: randomUUID(),
      name: 'hanging',
      kind: 'webhook',
      target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hangs`,
      secret: 'whsec_hanging',
      minLevel: 'low',
    })
    const before = received.length
    await scan(score({ protocolId: 'delayed-1' }), score({ protocolId: 'delayed-2' }))
    await relayOutbox(db, producer)
    // Before the hanging one is given up.
    await eventually(() => Promise.resolve(received.length >= before + 2), 9_000)
    const deliveries = await eventually(async () => {
      const rows = await db
        .selectFrom('alertDeliveries')
        .innerJoin('alertChannels', 'alertChannels.id', 'alertDeliveries.channelId')
        .select(['alertDeliveries.state', 'attempts', 'lastStatus', 'lastError'])
        .where('alertChannels.name', '=', 'hanging')
        .execute()
      return rows.length === 2 && rows.every(({ attempts }) => attempts > 0) && rows
    }, 25_000)
    for (const delivery of deliveries)
      expect(delivery).toMatchObject({
        state: 'pending',
        lastStatus: null,
        lastError: expect.stringMatching(/timeout/i) as string,
      })
    await db.updateTable('alertChannels').set({ isEnabled: false }).where('name', '=', 'hanging').execute()
  })
})

describe('a receiver that is down', () => {
  it('is tried again later, and the delivery log says why', async () => {
    isDown = true
    await scan(score({ protocolId: 'unlucky' }))
    await relayOutbox(db, producer)
    const alert = await alertOf('unlucky')
    const delivery = await eventually(async () => {
      const row = await db
        .selectFrom('alertDeliveries')
        .selectAll()
        .where('alertId', '=', alert!.id)
        .executeTakeFirst()
      return row && row.attempts > 0 && row
    })
    expect(delivery).toMatchObject({
      state: 'pending',
      lastStatus: 500,
      lastError: 'The receiver answered 500',
    })
  })
})
