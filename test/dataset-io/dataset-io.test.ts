import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportDataset } from '../../src/dataset-io/export-dataset.ts'
import { importDataset } from '../../src/dataset-io/import-dataset.ts'
import { loadDataset, writeDataset, type Dataset } from '../../src/market/dataset.ts'
import { cloneDatabase } from '../support/database.ts'
import { firstDay, fullDataset, smallDataset } from './datasets.ts'

const { db, pool } = await cloneDatabase()
const now = new Date('2022-03-01T12:00:00Z')
const header = 'date,slug,tvl_usd,price_usd,market_cap_usd,volume_usd'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidegauge-io-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
  await sql`truncate protocols, fetches, observations, observation_revisions, incidents`.execute(db)
})

describe('an import', () => {
  it('brings catalogue, observations and incidents of a folder', async () => {
    await writeDataset(dir, smallDataset)
    const result = await importDataset(pool, dir, { now })
    expect(result).toEqual({ protocols: 2, rows: 4, writtenRows: 4, newIncidents: 1 })

    const nothing = { tvlUsd: null, priceUsd: null, marketCapUsd: null, volumeUsd: null }
    expect(await observations()).toEqual([
      { protocolId: 'aave', date: '2022-01-30', tvlUsd: 10, priceUsd: 1.5, marketCapUsd: 100, volumeUsd: 0 },
      { ...nothing, protocolId: 'aave', date: '2022-01-31', tvlUsd: 0, volumeUsd: 5 },
      { ...nothing, protocolId: 'aave', date: '2022-02-02', tvlUsd: 30, priceUsd: 2, marketCapUsd: 1e10 },
      { ...nothing, protocolId: 'gone', date: '2022-01-31', tvlUsd: 7.25 },
    ])
    const aave = { id: 'aave', symbol: 'AAVE', mainChain: 'Base', defillamaId: '111', parentId: 'aave-labs' }
    expect(await db.selectFrom('protocols').selectAll().orderBy('id').execute()).toMatchObject([
      { ...aave, backfilledTo: '2022-02-02' },
      { id: 'gone', symbol: null, deadFrom: '2022-02-01', backfilledTo: '2022-01-31' },
      { id: 'silent', backfilledTo: null },
    ])
    expect(await db.selectFrom('incidents').select(['date', 'name', 'parentId']).execute()).toEqual([
      { date: '2022-01-31', name: 'Gone', parentId: 'gone' },
    ])
  })

  it('changes nothing when it runs twice', async () => {
    await writeDataset(dir, smallDataset)
    await importDataset(pool, dir, { now })
    const again = await importDataset(pool, dir, { now })
    expect(again).toMatchObject({ rows: 4, writtenRows: 0, newIncidents: 0 })
    expect(await count('fetches')).toBe(1)
    expect(await count('observationRevisions')).toBe(0)
  })

  it('keeps a changed value as a revision, and can be changed back', async () => {
    const [aave, gone, silent] = smallDataset.series
    const changed = { ...smallDataset, series: [aave!, { ...gone!, tvlUsd: Float64Array.of(8) }, silent!] }
    for (const dataset of [smallDataset, changed]) {
      await writeDataset(dir, dataset)
      await importDataset(pool, dir, { now })
    }
    const revisions = await db.selectFrom('observationRevisions').select(['protocolId', 'tvlUsd']).execute()
    expect(revisions).toEqual([{ protocolId: 'gone', tvlUsd: 7.25 }])

    await writeDataset(dir, smallDataset)
    expect(await importDataset(pool, dir, { now })).toMatchObject({ writtenRows: 1 })
    expect((await observations()).at(-1)).toMatchObject({ protocolId: 'gone', tvlUsd: 7.25 })
  })

  it('takes a price and a market cap of 0 for unknown', async () => {
    await writeFile(join(dir, 'one.csv'), `${header}\n2022-01-30,aave,0,0,0,0\n`)
    await importDataset(pool, join(dir, 'one.csv'), { now })
    expect(await observations()).toMatchObject([
      { tvlUsd: 0, priceUsd: null, marketCapUsd: null, volumeUsd: 0 },
    ])
  })

  it('adds the unknown protocols of a single file and leaves known ones as they are', async () => {
    await writeDataset(dir, smallDataset)
    await importDataset(pool, dir, { now })
    const file = join(dir, 'more.csv')
    await writeFile(file, `${header}\n2022-02-03,aave,40,,,\n2022-02-03,new-one,1,,,\n`)
    expect(await importDataset(pool, file, { now })).toMatchObject({ protocols: 2, writtenRows: 2 })
    const known = await db
      .selectFrom('protocols')
      .select(['id', 'name', 'backfilledTo'])
      .orderBy('id')
      .execute()
    expect(known).toEqual([
      { id: 'aave', name: 'Aave', backfilledTo: '2022-02-03' },
      { id: 'gone', name: 'Gone', backfilledTo: '2022-01-31' },
      { id: 'new-one', name: 'new-one', backfilledTo: '2022-02-03' },
      { id: 'silent', name: 'Silent', backfilledTo: null },
    ])
  })

  it('keeps what it has written when it is stopped, and goes on from there', async () => {
    await writeDataset(dir, fullDataset(130, 400))
    const stop = new AbortController()
    const seen: number[] = []
    const stopped = importDataset(pool, dir, {
      now,
      signal: stop.signal,
      onProgress: ({ rows }) => {
        seen.push(rows)
        if (rows > 0) stop.abort()
      },
    })
    await expect(stopped).rejects.toThrow('aborted')
    expect(seen).toEqual([0, 50_000])
    expect(await count('observations')).toBe(50_000)

    expect(await importDataset(pool, dir, { now })).toMatchObject({ rows: 52_000, writtenRows: 2_000 })
    expect(await count('observations')).toBe(52_000)
    expect(await count('observationRevisions')).toBe(0)
    expect(await count('fetches')).toBe(2)
  })
})

describe('an import that is stopped in the middle of a batch', () => {
  it('writes nothing of that batch and leaves the connections usable', async () => {
    await writeDataset(dir, fullDataset(100, 400))
    const stop = new AbortController()
    const stopped = importDataset(pool, dir, {
      now,
      signal: stop.signal,
      onProgress: () => setTimeout(() => stop.abort(), 20),
    })
    await expect(stopped).rejects.toThrow('aborted')
    expect(await count('observations')).toBe(0)
    expect(await importDataset(pool, dir, { now })).toMatchObject({ writtenRows: 40_000 })
  })
})

describe('a refused import', () => {
  it.each([
    ['a missing path', null, /input\.csv: not found; expected a dataset folder or a CSV file/],
    ['a missing column', 'date,slug,tvl_usd\n', /input\.csv line 1: missing column price_usd/],
    ['an unparsable date', `${header}\n2022-02-30,aave,1,,,\n`, /line 2, column date: .*"2022-02-30"/],
    [
      'a duplicate day',
      `${header}\n2022-02-01,aave,1,,,\n2022-02-01,aave,2,,,\n`,
      /line 3, column date: duplicate/,
    ],
    ['NaN', `${header}\n2022-02-01,aave,NaN,,,\n`, /line 2, column tvl_usd: .*"NaN"/],
    ['a negative TVL', `${header}\n2022-02-01,aave,-1,,,\n`, /line 2, column tvl_usd: .*"-1"/],
    ['a slug that is none', `${header}\n2022-02-01,Aave V3,1,,,\n`, /line 2, column slug: .*"Aave V3"/],
    ['a file without rows', `${header}\n`, /input\.csv: has no rows/],
  ])('names %s and writes nothing', async (_, text, message) => {
    const path = join(dir, 'input.csv')
    if (text !== null) await writeFile(path, text)
    await expect(importDataset(pool, path, { now })).rejects.toThrow(message)
    expect(await count('protocols')).toBe(0)
    expect(await count('observations')).toBe(0)
  })

  it('names an incident that cannot be', async () => {
    const tenDaysOn = now.getTime() / 1000 + 10 * 86_400
    await writeDataset(dir, { ...smallDataset, hacks: [{ ...smallDataset.hacks[0]!, date: tenDaysOn }] })
    await expect(importDataset(pool, dir, { now })).rejects.toThrow(/hacks\.json: "Gone" is refused/)
    expect(await count('protocols')).toBe(0)
  })
})

describe('an export', () => {
  const asOf = new Date('2022-02-28T23:59:59Z')
  let target: string
  beforeEach(() => {
    target = join(dir, 'exported')
  })

  it('gives back what was imported', async () => {
    await writeDataset(dir, smallDataset)
    await importDataset(pool, dir, { now })
    expect(await exportDataset(db, target, { asOf })).toEqual({ protocols: 3, rows: 4, incidents: 1 })
    expect(await loadDataset(target)).toEqual(await loadDataset(dir))
  })

  it('writes nothing later than its day', async () => {
    await writeDataset(dir, smallDataset)
    await importDataset(pool, dir, { now })
    await exportDataset(db, target, { asOf: new Date('2022-01-30T23:59:59Z') })
    expect(await loadDataset(target)).toMatchObject({ firstDay, lastDay: firstDay, hacks: [] })
  })

  it('says that there is nothing to export', async () => {
    await expect(exportDataset(db, target, { asOf })).rejects.toThrow(
      'Nothing to export: no daily observation up to 2022-02-28',
    )
  })
})

const realDataset = process.env['TIDEGAUGE_DATASET'] ?? ''
describe.runIf(realDataset !== '')('the real dataset', () => {
  it('comes back from the database as it went in', async () => {
    const imported = await importDataset(pool, realDataset, { now: new Date() })
    const target = join(dir, 'exported')
    const exported = await exportDataset(db, target, { asOf: new Date() })
    expect(exported.rows).toBe(imported.rows)

    const [before, after] = [await loadDataset(realDataset), await loadDataset(target)]
    const tvlOf = ({ protocols, series }: Dataset, slug: string) =>
      series[protocols.findIndex((protocol) => protocol.slug === slug)]?.tvlUsd
    for (const { slug } of before.protocols) expect(tvlOf(after, slug), slug).toEqual(tvlOf(before, slug))
  })
})

async function observations() {
  return db
    .selectFrom('observations')
    .select(['protocolId', sql<string>`to_char(observed_at at time zone 'UTC', 'YYYY-MM-DD')`.as('date')])
    .select(['tvlUsd', 'priceUsd', 'marketCapUsd', 'volumeUsd'])
    .orderBy('protocolId')
    .orderBy('observedAt')
    .execute()
}

async function count(
  table: 'fetches' | 'observationRevisions' | 'observations' | 'protocols',
): Promise<number> {
  const { total } = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return total
}
