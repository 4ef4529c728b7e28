import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { featureNames } from '../../src/domain/feature-names.ts'
import { startTestApi } from '../support/api.ts'
import {
  asOf,
  makeCurrent,
  storeModel,
  storeProtocol,
  storeRisk,
  storeScan,
  storeSeries,
  storeVector,
} from '../support/stored-results.ts'

const { ask, db } = await startTestApi()

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

describe('with models, scores and a scan', () => {
  const riskModel = randomUUID()
  const anomalyModel = randomUUID()
  beforeAll(async () => {
    await storeModel(db, 'risk', { id: riskModel })
    await storeModel(db, 'anomaly', { id: anomalyModel })
    await makeCurrent(db, 'risk', riskModel)
    await makeCurrent(db, 'anomaly', anomalyModel)
    for (const id of ['calm', 'risky', 'shy']) {
      await storeProtocol(db, id)
      await storeVector(db, id)
    }
    await storeProtocol(db, 'young')
    await storeSeries(db, 'young', 3)
    await storeRisk(db, 'calm', riskModel, {
      riskLevel: 'low',
      confidence: 0.8,
      probabilities: [0.8, 0.15, 0.05],
    })
    await storeRisk(db, 'risky', riskModel, {
      riskLevel: 'high',
      confidence: 0.7,
      probabilities: [0.1, 0.2, 0.7],
    })
    await storeRisk(db, 'shy', riskModel, {
      riskLevel: null,
      confidence: null,
      probabilities: null,
      shapValues: null,
      baseValue: null,
      outputValue: null,
      outputSpace: null,
      abstainedBecause: 'only 7 points of history',
    })
    await storeScan(db, anomalyModel, { risky: 0.3 }, { asOf: new Date('2026-11-19T12:00:00Z') })
    await storeScan(db, anomalyModel, { calm: 0.2, risky: 0.95, shy: 0.6 })
  })

  it('gives the anomaly score of the newest scan with its reasons', async () => {
    const { status, body } = await ask('/anomaly/protocols/risky')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      protocol_id: 'risky',
      protocol_name: 'RISKY',
      is_anomaly: true,
      anomaly_score: 0.95,
      confidence: 0.8,
      alert_level: 'high',
      algorithm_used: 'consensus',
      verdict: 'event',
      as_of: asOf.toISOString(),
      model_id: anomalyModel,
    })
    expect(body['detectors']).toHaveLength(2)
    expect(body['contributions']).toMatchObject([{ feature: 'tvl_slope', direction: 'below' }])
  })

  it('counts the points of a protocol that has fewer than five', async () => {
    for (const path of ['/anomaly/protocols/young', '/risk/protocols/young', '/features/protocols/young']) {
      const { status, body } = await ask(path)
      expect(status, path).toBe(400)
      expect(body).toMatchObject({ code: 'insufficient_data' })
      expect(body['detail']).toMatch(/has 3 recent data points; at least 5/)
    }
  })

  it('gives the newest scan, whose counts add up, with the most abnormal first', async () => {
    const { body } = await ask<Record<string, number> & { anomalous_protocols: { protocol_id: string }[] }>(
      '/anomaly/scan',
    )
    expect(body['total_protocols']).toBe(
      body['anomalies_detected']! + body['normal_protocols']! + body['insufficient_data']!,
    )
    expect(body.anomalous_protocols.map((row) => row.protocol_id)).toEqual(['risky', 'shy'])
    const first = await ask<{ anomalous_protocols: unknown[]; next_cursor: string }>('/anomaly/scan?limit=1')
    expect(first.body.anomalous_protocols).toHaveLength(1)
    const next = await ask(`/anomaly/scan?limit=1&cursor=${first.body.next_cursor}`)
    expect(next.body).toMatchObject({ anomalous_protocols: [{ protocol_id: 'shy' }], next_cursor: null })
  })

  it('lists scans and anomalies of the past', async () => {
    const scans = await ask<Page<{ scan_id: string }>>('/scans')
    expect(scans.body.items).toHaveLength(2)
    expect((await ask(`/scans/${scans.body.items[1]!.scan_id}`)).body).toMatchObject({
      anomalies_detected: 0,
    })
    expect(await ask('/scans/00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 })
    const history = await ask<Page<{ protocol_id: string }>>('/anomaly/history?protocol=risky')
    expect(history.body.items.map((row) => row.protocol_id)).toEqual(['risky'])
    expect((await ask('/anomaly/history?since=2026-11-21T00:00:00Z')).body).toEqual({
      items: [],
      next_cursor: null,
    })
  })

  it('gives the risk level with its probabilities', async () => {
    const { body } = await ask('/risk/protocols/risky')
    expect(body).toMatchObject({
      risk_level: 'high',
      confidence: 0.7,
      probabilities: { low: 0.1, medium: 0.2, high: 0.7 },
      beats_baselines: false,
      horizon_days: 30,
      model_id: riskModel,
      abstained_because: null,
    })
  })

  it('says why a model abstains', async () => {
    expect((await ask('/risk/protocols/shy')).body).toMatchObject({
      risk_level: null,
      probabilities: null,
      abstained_because: 'only 7 points of history',
    })
    const shap = await ask('/features/shap/shy')
    expect(shap).toMatchObject({ status: 400, body: { code: 'abstained' } })
    expect(shap.body['detail']).toContain('only 7 points of history')
  })

  it('lists all protocols, the most dangerous first and abstentions last', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: { body: Page<{ protocol_id: string }> } = await ask(
        `/risk/protocols?limit=1${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...body.items.map((row) => row.protocol_id))
      cursor = body.next_cursor
    }
    expect(seen).toEqual(['risky', 'calm', 'shy'])
    const high = await ask<Page<{ protocol_id: string }>>('/risk/protocols?level=high')
    expect(high.body.items.map((row) => row.protocol_id)).toEqual(['risky'])
  })

  it('explains a score by SHAP values that add up to its output', async () => {
    const { body } = await ask<{
      base_value: number
      output_value: number
      output_space: string
      shap_values: { feature: string; shap_value: number; impact: string; value: unknown }[]
    }>('/features/shap/risky')
    const sum = body.shap_values.reduce((total, { shap_value }) => total + shap_value, body.base_value)
    expect(sum).toBeCloseTo(body.output_value, 12)
    expect(body.output_space).toBe('probability')
    expect(body.shap_values.map((entry) => entry.feature).sort()).toEqual([...featureNames].sort())
    for (const { shap_value, impact } of body.shap_values)
      expect(impact).toBe(shap_value >= 0 ? 'increases_risk' : 'decreases_risk')
    expect(body.shap_values.find((entry) => entry.feature === 'protocol_category')!.value).toBe('Lending')
  })

  it('ranks the features of the current model', async () => {
    const { body } = await ask<{ feature_importance: { rank: number }[] }>('/features/importance')
    expect(body).toMatchObject({
      model_name: 'random-forest',
      total_features: 17,
      top_5_features: [{ feature: 'recent_volume', importance: 0.16 }, {}, {}, {}, {}],
    })
    expect(body.feature_importance.map((entry) => entry.rank)).toEqual(
      featureNames.map((_, index) => index + 1),
    )
    const other = await ask('/features/importance?kind=gain')
    expect(other).toMatchObject({ status: 404, body: { code: 'unknown_importance' } })
    const wrong = await ask<{ errors: { message: string }[] }>('/features/importance?kind=luck')
    expect(wrong.body.errors[0]!.message).toMatch(/mean_abs_shap.*gain.*split/)
  })

  it('gives the feature vector with its flags', async () => {
    const { body } = await ask<{ features: { feature: string; value: unknown }[] }>(
      '/features/protocols/calm',
    )
    expect(body).toMatchObject({ points: 90, is_stale: false, flags: ['no-token'] })
    expect(body.features.map((entry) => entry.feature)).toEqual(featureNames)
    expect(body.features[1]).toEqual({ feature: 'price_vol_30', value: null })
    expect(body.features.find((entry) => entry.feature === 'recent_volume')!.value).toBe(1.4)
  })

  it('keeps every level that was given', async () => {
    await storeRisk(db, 'calm', riskModel, { asOf: new Date('2026-11-19T12:00:00Z'), riskLevel: 'medium' })
    const { body } = await ask<Page<{ risk_level: string }>>('/risk/protocols/calm/history')
    expect(body.items.map((row) => row.risk_level)).toEqual(['low', 'medium'])
    expect((await ask('/risk/protocols/none/history')).status).toBe(404)
  })
})
