import type { SourcedRow } from '../../src/db/observations.ts'
import { listProtocols } from '../../src/db/protocols.ts'
import { startOfDay } from '../../src/domain/calendar.ts'
import { coinKey } from '../../src/sources/defillama/coins.ts'
import type { Handler } from '../handler.ts'
import { sourceLane } from '../collecting/source-lane.ts'
import { storeFetched } from '../collecting/store-fetched.ts'

const msPerDay = 86_400_000
/** A year is enough for the features; the token histories that follow go further back. */
const priceDays = 365

/** The prices of many tokens with one call: price features exist long before the one-by-one histories are through. */
export const backfillPrices: Handler<'backfill-prices'> = async ({ gecko_ids }, context) => {
  const { db, clock, sources, historyDays } = context
  const now = await clock.now()
  const span = Math.min(historyDays, priceDays)
  const start = new Date(Math.floor(now.getTime() / msPerDay) * msPerDay - (span - 1) * msPerDay)
  const chart = await sources.defillama.coinChart(
    gecko_ids.map(coinKey),
    { start, span, period: '1d' },
    sourceLane(context),
  )

  const holders = (await listProtocols(db)).filter(({ geckoId }) => geckoId !== null)
  const rows: SourcedRow[] = chart.rows.flatMap((row) =>
    holders
      .filter(({ geckoId }) => coinKey(geckoId!) === row.key)
      .map(({ id }) => ({
        protocolId: id,
        observedAt: startOfDay(row.date),
        priceUsd: row.priceUsd,
        isPartial: row.partial,
      })),
  )
  return storeFetched(context, chart, { source: 'defillama-coins', endpoint: 'chart' }, { day: rows })
}
