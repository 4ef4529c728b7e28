import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { closeScores } from '../../src/db/risk-scores.ts'
import { recountLiveMonths, saveWalkForwardRecord } from '../../src/db/track-record.ts'
import { startTestApi } from '../support/api.ts'
import { makeCurrent, storeModel, storeProtocol, storeRisk } from '../support/stored-results.ts'

const { ask, db } = await startTestApi()
const [current, older] = [await storeModel(db, 'risk'), await storeModel(db, 'risk')]
await makeCurrent(db, 'risk', current)
for (const id of ['aave', 'curve']) await storeProtocol(db, id)
const september = (day: number): Date => new Date(Date.UTC(2026, 8, day, 12))

interface Record {
  origin: string
  model_id: string | null
  closed: number
  misses: number
  levels: { risk_level: string; closed: number; hit_rate: number | null; months: { month: string }[] }[]
}
interface Misses {
  items: { protocol_id: string; as_of: string; origin: string }[]
  next_cursor: string | null
}

describe('the record of what was served', () => {
  const predicted = [
    ['aave', 1, 'high', 'high', -0.5],
    ['aave', 2, 'high', 'low', -0.1],
    ['aave', 3, 'low', 'high', -0.6],
    ['curve', 3, 'medium', 'high', -0.45],
  ] as const
  const close = () =>
    closeScores(
      db,
      predicted.map(([protocolId, day, , outcome, fall]) => ({
        protocolId,
        asOf: september(day),
        modelId: older,
        outcome,
        fall,
        relativeFall: fall / 2,
      })),
    )

  it('counts predictions as their horizons close, once however often they are closed', async () => {
    for (const [protocolId, day, riskLevel] of predicted)
      await storeRisk(db, protocolId, older, { asOf: september(day), riskLevel })
    expect((await ask<Record>('/risk/track-record')).body.closed).toBe(0)
    await close()
    await close()
    const { body } = await ask<Record>('/risk/track-record')
    expect(body).toMatchObject({ origin: 'live', model_id: null, closed: 4, misses: 2 })
    expect(body.levels.find(({ risk_level }) => risk_level === 'high')).toMatchObject({
      closed: 2,
      outcomes: { low: 1, medium: 0, high: 1 },
      realised_losses: 1,
      hit_rate: 0.5,
      mean_fall: expect.closeTo(-0.3) as number,
      months: [{ month: '2026-09', closed: 2 }],
    })
  })

  it('can be asked of one model', async () => {
    expect((await ask<Record>(`/risk/track-record?model_id=${older}`)).body.closed).toBe(4)
    expect((await ask<Record>(`/risk/track-record?model_id=${current}`)).body.closed).toBe(0)
  })

  it('agrees with a count of everything', async () => {
    const before = (await ask('/risk/track-record')).body
    await db.deleteFrom('trackRecord').execute()
    await recountLiveMonths(db, ['2026-09-17'])
    expect((await ask('/risk/track-record')).body).toEqual(before)
  })

  it('names every miss, page after page, newest first', async () => {
    const first = await ask<Misses>('/risk/track-record/misses?limit=1')
    expect(first.body.items).toMatchObject([
      {
        origin: 'live',
        model_id: older,
        protocol_id: 'curve',
        protocol_name: 'CURVE',
        as_of: '2026-09-03T12:00:00.000Z',
        risk_level: 'medium',
        probability_high: 0.2,
        outcome: 'high',
        outcome_fall: -0.45,
        outcome_relative_fall: -0.225,
      },
    ])
    const second = await ask<Misses>(`/risk/track-record/misses?limit=1&cursor=${first.body.next_cursor}`)
    expect(second.body).toMatchObject({ items: [{ protocol_id: 'aave' }], next_cursor: null })
  })

  it('tells how deep a protocol fell with the level that it had been given', async () => {
    const { body } = await ask<{ items: unknown[] }>('/risk/protocols/curve/history')
    expect(body.items).toMatchObject([
      { outcome: 'high', outcome_fall: -0.45, outcome_relative_fall: -0.225 },
    ])
  })
})

describe('the walk-forward record', () => {
  const month = { month: '2025-03-01', low: 0, medium: 0, high: 0, fallSum: -3 }
  const miss = { protocolId: 'aave', asOf: '2025-03-03', riskLevel: 'low' as const, probabilityHigh: 0.1 }

  it('is that of the current model, and apart from what was served', async () => {
    for (const [modelId, high] of [
      [current, 4],
      [older, 9],
    ] as const)
      await db.transaction().execute((tx) =>
        saveWalkForwardRecord(tx, modelId, {
          months: [{ ...month, predicted: 'low', low: 6, high }],
          misses: [{ ...miss, fall: -0.7, relativeFall: null }],
        }),
      )
    const { body } = await ask<Record>('/risk/track-record?origin=walk-forward')
    expect(body).toMatchObject({ origin: 'walk-forward', model_id: current, closed: 10, misses: 4 })
    const other = await ask<Record>(`/risk/track-record?origin=walk-forward&model_id=${older}`)
    expect(other.body).toMatchObject({ model_id: older, closed: 15 })
    expect((await ask<Record>('/risk/track-record')).body).toMatchObject({ origin: 'live', closed: 4 })
  })

  it('names its misses by day', async () => {
    const { body } = await ask<Misses>('/risk/track-record/misses?origin=walk-forward')
    expect(body).toMatchObject({
      items: [
        {
          origin: 'walk-forward',
          model_id: current,
          protocol_id: 'aave',
          as_of: '2025-03-03T00:00:00.000Z',
          outcome_fall: -0.7,
          outcome_relative_fall: null,
        },
      ],
      next_cursor: null,
    })
  })

  it('is empty for a model without one, and refuses an origin that does not exist', async () => {
    const none = await ask<Record>(`/risk/track-record?origin=walk-forward&model_id=${randomUUID()}`)
    expect(none.body).toMatchObject({ closed: 0, misses: 0 })
    expect(await ask('/risk/track-record?origin=dreamt')).toMatchObject({ status: 400 })
  })
})
