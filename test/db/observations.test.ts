import { describe, expect, it } from 'vitest'
import {
  closePartialDays,
  type DailyColumns,
  eachDailyColumns,
  readDailyColumns,
  saveObservations,
  type SourcedRow,
} from '../../src/db/observations.ts'
import { dayNumber } from '../../src/domain/calendar.ts'
import { cloneDatabase } from '../support/database.ts'

const { db } = await cloneDatabase()
const at = (date: string, time = '00:00'): Date => new Date(`${date}T${time}:00Z`)
const save = (source: string, rows: SourcedRow[], resolution: 'day' | 'hour' = 'day'): Promise<number> =>
  saveObservations(db, {
    resolution,
    rows,
    provenance: {
      source,
      endpoint: 'test',
      fetchedAt: at('2024-01-09'),
      contentHash: 'abc',
      refusedCount: 0,
    },
  })
const revisions = () => db.selectFrom('observationRevisions').selectAll().execute()
const read = (protocolId: string) =>
  readDailyColumns(db, { fromDate: '2023-12-01', asOf: at('2024-02-01'), protocolIds: [protocolId] })

describe('saveObservations', () => {
  it('writes a row once however often it comes', async () => {
    const row = { protocolId: 'once', observedAt: at('2024-01-01'), tvlUsd: 10 }
    expect(await save('defillama', [row])).toBe(1)
    expect(await save('defillama', [row])).toBe(0)
    expect(await revisions()).toEqual([])
  })

  it('keeps what a past day was before it changed', async () => {
    await save('defillama', [{ protocolId: 'changed', observedAt: at('2024-01-01'), tvlUsd: 10 }])
    expect(
      await save('defillama', [{ protocolId: 'changed', observedAt: at('2024-01-01'), tvlUsd: 11 }]),
    ).toBe(1)
    expect(await revisions()).toMatchObject([{ protocolId: 'changed', tvlUsd: 10 }])
    expect((await read('changed'))[0]?.tvlUsd).toEqual([11])
  })

  it('lets the running day change without a revision', async () => {
    const before = (await revisions()).length
    for (const tvlUsd of [1, 2, 3])
      await save('defillama', [
        { protocolId: 'running', observedAt: at('2024-01-01'), tvlUsd, isPartial: true },
      ])
    expect((await revisions()).length).toBe(before)
  })

  it('refuses a value outside its bounds and stores nothing of its batch', async () => {
    const rows = [
      { protocolId: 'bounds', observedAt: at('2024-01-01'), tvlUsd: 1 },
      { protocolId: 'bounds', observedAt: at('2024-01-02'), tvlUsd: -1 },
    ]
    await expect(save('defillama', rows)).rejects.toThrow(/check/)
    expect(await read('bounds')).toEqual([])
  })
})

describe('readDailyColumns', () => {
  it('merges the sources of a day, with the price of CoinGecko first', async () => {
    await save('defillama', [
      { protocolId: 'merged', observedAt: at('2024-01-01'), tvlUsd: 100 },
      { protocolId: 'merged', observedAt: at('2024-01-02'), tvlUsd: 101 },
    ])
    await save('defillama-coins', [
      { protocolId: 'merged', observedAt: at('2024-01-01'), priceUsd: 9 },
      { protocolId: 'merged', observedAt: at('2024-01-02'), priceUsd: 8 },
    ])
    await save('coingecko', [
      { protocolId: 'merged', observedAt: at('2024-01-02'), priceUsd: 7, volumeUsd: 5 },
    ])
    expect(await read('merged')).toEqual([
      {
        protocolId: 'merged',
        days: [dayNumber('2024-01-01'), dayNumber('2024-01-02')],
        tvlUsd: [100, 101],
        priceUsd: [9, 7],
        marketCapUsd: [null, null],
        volumeUsd: [null, 5],
      },
    ])
  })

  it('sees nothing after the as-of instant', async () => {
    await save('defillama', [{ protocolId: 'merged', observedAt: at('2024-01-03'), tvlUsd: 102 }])
    const [columns] = await readDailyColumns(db, {
      fromDate: '2024-01-01',
      asOf: at('2024-01-02', '12:00'),
      protocolIds: ['merged'],
    })
    expect(columns?.tvlUsd).toEqual([100, 101])
  })
})

describe('eachDailyColumns', () => {
  it('hands over every protocol once, in order, as when all are read together', async () => {
    const rows = Array.from({ length: 1_100 }, (_, i) => ({
      protocolId: `many-${String(i).padStart(4, '0')}`,
      observedAt: at('2024-01-10'),
      tvlUsd: i,
    }))
    await save('defillama', rows)
    const range = { fromDate: '2024-01-10', asOf: at('2024-01-11') }
    const taken: DailyColumns[] = []
    await eachDailyColumns(db, range, (columns) => taken.push(columns))
    expect(taken.map(({ protocolId }) => protocolId)).toEqual(rows.map(({ protocolId }) => protocolId))
    expect(taken).toEqual(await readDailyColumns(db, range))
  })
})

describe('closePartialDays', () => {
  it('gives a day that has ended the values of its first hour', async () => {
    await save('defillama', [
      { protocolId: 'closing', observedAt: at('2024-01-05'), tvlUsd: 30, isPartial: true },
    ])
    const hours = ['01:00', '02:00', '23:00'].map((time, i) => ({
      protocolId: 'closing',
      observedAt: at('2024-01-05', time),
      tvlUsd: 10 + i,
    }))
    await save('defillama', hours, 'hour')
    await closePartialDays(db, '2024-01-05')
    expect((await read('closing'))[0]?.tvlUsd).toEqual([30])
    await closePartialDays(db, '2024-01-06')
    expect((await read('closing'))[0]?.tvlUsd).toEqual([10])
  })
})
