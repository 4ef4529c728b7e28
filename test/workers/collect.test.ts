import { afterAll, describe, expect, it } from 'vitest'
import type { JobName } from '../../queues/jobs.ts'
import { readDailyColumns } from '../../src/db/observations.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

const dataset = simulateDataset({ protocols: 25, days: 60, seed: 3 })
const market = await startMarketServer({ dataset, mode: 'simulate' })
const { platform, work, ended } = await openWorkshop(market.url)
afterAll(() => market.close())
const { db, producer } = platform
const asOf = await platform.resources.clock.now()

const run = async (
  name: Extract<JobName, 'collect-snapshot' | 'refresh-catalogue' | 'collect-incidents'>,
) => {
  const { runId } = await submitJob(db, name, {}, { origin: 'api', lane: 'user' })
  await relayOutbox(db, producer)
  return ended(runId)
}
const tokens = () => db.selectFrom('protocols').select(['id', 'geckoId']).orderBy('id').execute()

describe('collection', () => {
  it('reads the catalogue and queues a backfill for each protocol', async () => {
    work('collection')
    const { state, result } = await run('refresh-catalogue')
    expect(state).toBe('completed')
    expect(result).toMatchObject({ protocols: 25, backfills_queued: 25, refused: 0 })
  })

  it(
    'collects the history of every protocol, and the token that a child shares with its siblings',
    { timeout: 60_000 },
    async () => {
      await eventually(async () => {
        await relayOutbox(db, producer)
        const open = await db.selectFrom('protocols').select('id').where('backfilledTo', 'is', null).execute()
        return open.length === 0
      }, 50_000)
      const expected = dataset.protocols
        .filter(({ category }) => category !== 'CEX' && category !== 'Chain')
        .map(({ slug, gecko_id }) => ({ id: slug, geckoId: gecko_id }))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(await tokens()).toEqual(expected)
    },
  )

  it('stores what the market says, day by day', async () => {
    const columns = await readDailyColumns(db, { fromDate: '2000-01-01', asOf })
    const stored = new Map(columns.map((column) => [column.protocolId, column]))
    let compared = 0
    for (const [i, { slug }] of dataset.protocols.entries()) {
      const series = dataset.series[i]!
      const known = stored.get(slug)
      if (!known) continue
      const tvlOn = new Map(known.days.map((day, i) => [day, known.tvlUsd[i]]))
      series.day.forEach((day, k) => {
        const value = series.tvlUsd[k]!
        if (Number.isNaN(value)) return
        expect(tvlOn.get(day)! / value).toBeCloseTo(1, 6)
        compared++
      })
    }
    expect(compared).toBeGreaterThan(1000)
  })

  it('refreshes all protocols with one call to DeFiLlama and one per 250 tokens to CoinGecko', async () => {
    market.ledger.clear()
    const { state, result } = await run('collect-snapshot')
    expect(state).toBe('completed')
    expect(result).toMatchObject({ protocols: 25, calls: 2, refused: 0 })
    expect(market.ledger.entries('coingecko')).toHaveLength(1)
    expect(market.ledger.entries('defillama')).toHaveLength(1)
  })

  it('collects the incidents with the first catalogue, and each only once', async () => {
    expect((await run('collect-incidents')).result).toEqual({ incidents: 0, refused: 0 })
    expect(await db.selectFrom('incidents').select('id').execute()).toHaveLength(dataset.hacks.length)
  })

  it('does not forget a token when the catalogue comes again', async () => {
    const before = await tokens()
    await run('refresh-catalogue')
    expect(await tokens()).toEqual(before)
  })
})
