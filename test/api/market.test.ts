import { beforeAll, describe, expect, it } from 'vitest'
import { saveObservations } from '../../src/db/observations.ts'
import { startTestApi } from '../support/api.ts'
import { storeProtocol, storeSeries } from '../support/stored-results.ts'

const { ask, db } = await startTestApi()

interface Page<T = Record<string, unknown>> {
  items: T[]
  next_cursor: string | null
}

beforeAll(async () => {
  await storeProtocol(db, 'aave', { defillamaId: '111', parentId: 'parent#aave' })
  await storeProtocol(db, 'bridge', { name: '100% Bridge', category: 'Bridge', chains: ['Solana'] })
  await storeProtocol(db, 'curve', { symbol: 'CRV' })
  await storeSeries(db, 'aave', 5)
  const incident = {
    technique: 'Oracle',
    classification: null,
    amountUsd: 1e6,
    returnedUsd: null,
    chains: [],
    source: null,
  }
  await db
    .insertInto('incidents')
    .values([
      { ...incident, id: 'a', date: '2026-01-02', name: 'Aave', defillamaId: '111', parentId: null },
      {
        ...incident,
        id: 'b',
        date: '2026-03-04',
        name: 'Aave v2',
        defillamaId: '222',
        parentId: 'parent#aave',
      },
      { ...incident, id: 'c', date: '2026-05-06', name: 'Elsewhere', defillamaId: null, parentId: null },
    ])
    .execute()
})

describe('GET /sparklines', () => {
  interface Sparklines {
    last_day: string
    items: { protocol_id: string; measure: string; values: (number | null)[] }[]
  }

  it('gives thirty days of the protocols that were observed, the newest last and the unknown null', async () => {
    const { body } = await ask<Sparklines>('/sparklines?ids=curve,aave,nobody')
    expect(body.last_day).toBe('2026-11-20')
    expect(body.items.map(({ protocol_id, measure }) => [protocol_id, measure])).toEqual([
      ['aave', 'tvl_usd'],
    ])
    const { values } = body.items[0]!
    expect(values).toHaveLength(30)
    expect(values.slice(0, 25)).toEqual(new Array<null>(25).fill(null))
    expect(values.slice(25)).toEqual([1004, 1003, 1002, 1001, 1000])
  })

  it.each([
    ['no id', ''],
    ['an id that cannot be', 'Aave V3'],
    ['more than a hundred', Array.from({ length: 101 }, (_, n) => `p${n}`).join(',')],
  ])('refuses %s, and names the parameter', async (_, ids) => {
    const { status, body } = await ask<{ errors: { field: string }[] }>(
      `/sparklines?ids=${encodeURIComponent(ids)}`,
    )
    expect(status).toBe(400)
    expect(body.errors[0]?.field).toMatch(/^query\.ids/)
  })
})

describe('GET /protocols', () => {
  it.each([
    ['', ['aave', 'bridge', 'curve']],
    ['?category=Bridge', ['bridge']],
    ['?chain=Ethereum', ['aave', 'curve']],
    ['?q=crv', ['curve']],
    ['?q=100%25', ['bridge']],
    ['?q=_', []],
  ])('%s gives %o', async (query, ids) => {
    const { body } = await ask<Page<{ id: string }>>(`/protocols${query}`)
    expect(body.items.map((item) => item.id)).toEqual(ids)
  })

  it('knows one by its slug', async () => {
    expect((await ask('/protocols/curve')).body).toMatchObject({
      id: 'curve',
      symbol: 'CRV',
      main_chain: 'Ethereum',
    })
    expect(await ask('/protocols/none')).toMatchObject({ status: 404, body: { code: 'unknown_protocol' } })
    expect((await ask('/protocols/..%2F..%2Fetc')).status).toBe(400)
  })
})

describe('GET /protocols/{id}/observations', () => {
  it('joins the sources of a day and pages in ascending time', async () => {
    const first = await ask<Page>('/protocols/aave/observations?limit=3')
    expect(first.body.items[0]).toEqual({
      observed_at: '2026-11-16T00:00:00.000Z',
      tvl_usd: 1004,
      price_usd: 2,
      market_cap_usd: 4000,
      volume_usd: 50,
      is_partial: false,
      flags: [],
    })
    const rest = await ask<Page>(`/protocols/aave/observations?limit=3&cursor=${first.body.next_cursor!}`)
    expect(rest.body.items.map((item) => item['observed_at'])).toEqual([
      '2026-11-19T00:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
    ])
    expect(rest.body.next_cursor).toBeNull()
  })

  it('flags the days that are known to be glitches', async () => {
    await saveObservations(db, {
      resolution: 'day',
      rows: [100, 101, 102, 20, 103, 104].map((tvlUsd, i) => ({
        protocolId: 'curve',
        observedAt: new Date(Date.UTC(2026, 9, 1 + i)),
        tvlUsd,
      })),
      provenance: {
        source: 'dataset',
        endpoint: 'import',
        fetchedAt: new Date(),
        contentHash: 'x',
        refusedCount: 0,
      },
    })
    const { body } = await ask<Page>('/protocols/curve/observations')
    expect(body.items.map((item) => item['flags'])).toEqual([[], [], [], ['glitch'], [], []])
  })

  it('cuts the series to a span', async () => {
    const span = 'from=2026-11-17T00:00:00Z&to=2026-11-18T00:00:00Z'
    expect((await ask<Page>(`/protocols/aave/observations?${span}`)).body.items).toHaveLength(2)
    expect((await ask<Page>('/protocols/aave/observations?resolution=hour')).body.items).toEqual([])
    expect((await ask('/protocols/none/observations')).status).toBe(404)
    expect((await ask('/protocols/aave/observations?from=yesterday')).status).toBe(400)
  })
})

describe('GET /incidents', () => {
  it.each([
    ['', ['c', 'b', 'a']],
    ['?since=2026-02-01', ['c', 'b']],
    ['?protocol=aave', ['b', 'a']],
    ['?protocol=curve', []],
  ])('%s gives %o', async (query, ids) => {
    const { body } = await ask<Page<{ id: string }>>(`/incidents${query}`)
    expect(body.items.map((item) => item.id)).toEqual(ids)
  })

  it('pages without losing one', async () => {
    const first = await ask<Page>('/incidents?limit=2')
    const rest = await ask<Page>(`/incidents?limit=2&cursor=${first.body.next_cursor!}`)
    expect(rest.body.items).toMatchObject([{ id: 'a', date: '2026-01-02', amount_usd: 1e6 }])
  })
})

describe('GET /sources', () => {
  it('shows budget, circuit and what was refused', async () => {
    await db
      .insertInto('fetches')
      .values({
        source: 'defillama',
        endpoint: '/protocols',
        fetchedAt: new Date(),
        contentHash: 'x',
        rowCount: 7,
        refusedCount: 2,
      })
      .execute()
    await db
      .insertInto('quarantine')
      .values({
        source: 'defillama',
        endpoint: '/protocols',
        key: 'x',
        reason: 'negative',
        day: new Date().toISOString().slice(0, 10),
        seen: 2,
      })
      .execute()
    const { body } = await ask<{ items: Record<string, unknown>[] }>('/sources')
    expect(body.items.find((item) => item['source'] === 'defillama')).toMatchObject({
      budget: { window_seconds: 60 },
      live: { circuit: 'closed', calls_in_window: 0 },
      last_24_hours: { fetches: 1, rows: 7, refused: 2 },
      refusals: [{ reason: 'negative', seen: 2 }],
    })
  })
})
