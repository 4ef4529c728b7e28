import { closePartialDays, type SourcedRow } from '../../src/db/observations.ts'
import { listProtocols } from '../../src/db/protocols.ts'
import { startOfDay, startOfHour, utcDate } from '../../src/domain/calendar.ts'
import { pagesOf, refreshPlan, tokensPerPage, workLeft } from '../../src/sources/plan.ts'
import type { FetchContext } from '../../src/sources/fetched.ts'
import type { Handler, JobContext } from '../handler.ts'
import { sourceLane } from '../collecting/source-lane.ts'
import { storeFetched, type Stored } from '../collecting/store-fetched.ts'

/**
 * The newest values of all protocols for 1 + ⌈n/250⌉ calls. Each page is remembered when it is stored, so a run that waits for
 * its budget goes on with the next page.
 */
export const collectSnapshot: Handler<'collect-snapshot'> = async (_payload, context) => {
  const { db, progress, checkpoint } = context
  const now = await context.clock.now()
  const protocols = await listProtocols(db)
  const geckoIds = [...new Set(protocols.flatMap(({ geckoId }) => geckoId ?? []))]
  const pages = pagesOf(geckoIds, tokensPerPage)
  const lane: FetchContext = { ...sourceLane(context), lane: context.lane === 'user' ? 'user' : 'snapshot' }
  const totals = { rows: 0, refused: 0, calls: 0 }
  const add = ({ rows, refused }: Stored): void => {
    totals.rows += rows
    totals.refused += refused
    totals.calls++
  }

  await closePartialDays(db, utcDate(now))
  progress(0, 'TVL of all protocols', { ...workLeft(refreshPlan(geckoIds.length), context.budgets) })
  const known = new Set(protocols.map(({ id }) => id))
  const done = typeof checkpoint['pages'] === 'number' ? checkpoint['pages'] : -1
  if (done < 0) add(await snapshotTvl(known, now, lane, context))
  for (const [index, page] of pages.entries()) {
    if (index < done) continue
    await context.saveCheckpoint({ pages: index })
    progress((index + 1) / (pages.length + 1), `tokens, page ${index + 1} of ${pages.length}`)
    const holders = protocols.filter(({ geckoId }) => geckoId !== null && page.includes(geckoId))
    add(await snapshotTokens(page, holders, now, lane, context))
  }
  return { protocols: protocols.length, ...totals }
}

async function snapshotTvl(
  known: ReadonlySet<string>,
  now: Date,
  lane: FetchContext,
  context: JobContext,
): Promise<Stored> {
  const catalogue = await context.sources.defillama.protocols(lane)
  const values = catalogue.rows
    .filter(({ protocol, tvlUsd }) => tvlUsd !== null && known.has(protocol.id))
    .map(({ protocol, tvlUsd }) => ({ protocolId: protocol.id, tvlUsd }))
  return storeFetched(context, catalogue, { source: 'defillama', endpoint: 'protocols' }, asOf(now, values))
}

async function snapshotTokens(
  page: readonly string[],
  holders: readonly { id: string; geckoId: string | null }[],
  now: Date,
  lane: FetchContext,
  context: JobContext,
): Promise<Stored> {
  const markets = await context.sources.coingecko.markets(page, lane)
  const byToken = new Map(markets.rows.map((row) => [row.geckoId, row]))
  const values = holders.flatMap(({ id, geckoId }) => {
    const row = byToken.get(geckoId!)
    return row
      ? [{ protocolId: id, priceUsd: row.priceUsd, marketCapUsd: row.marketCapUsd, volumeUsd: row.volumeUsd }]
      : []
  })
  return storeFetched(context, markets, { source: 'coingecko', endpoint: 'coins/markets' }, asOf(now, values))
}

/** The same values as the observation of this hour and as the newest state of the running day. */
function asOf(
  now: Date,
  values: readonly Omit<SourcedRow, 'observedAt'>[],
): { day: SourcedRow[]; hour: SourcedRow[] } {
  const hour = startOfHour(now)
  const day = startOfDay(utcDate(now))
  return {
    hour: values.map((value) => ({ ...value, observedAt: hour })),
    day: values.map((value) => ({ ...value, observedAt: day, isPartial: true })),
  }
}
