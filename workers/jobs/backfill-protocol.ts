import type { SourcedRow } from '../../src/db/observations.ts'
import {
  findProtocol,
  listTokenHolders,
  markBackfilled,
  markBackfillFailed,
  markTokenBackfilled,
  saveParentToken,
} from '../../src/db/protocols.ts'
import { countOpenRuns } from '../../src/db/job-runs.ts'
import { dayNumber, isoDate, startOfDay, utcDate } from '../../src/domain/calendar.ts'
import { PermanentError } from '../../src/errors.ts'
import { workLeft } from '../../src/sources/plan.ts'
import { UpstreamError } from '../../src/sources/source-errors.ts'
import type { Handler, JobContext } from '../handler.ts'
import { sourceLane } from '../collecting/source-lane.ts'
import { storeFetched, type Stored } from '../collecting/store-fetched.ts'

const nothing: Stored = { rows: 0, refused: 0 }

/**
 * The daily history of one protocol: TVL from DeFiLlama, then price, market cap and volume of its token from CoinGecko. Each
 * half is remembered when it is stored, so a run that waits for a budget goes on with the other.
 */
export const backfillProtocol: Handler<'backfill-protocol'> = async ({ protocol_id }, context) => {
  const { db, clock, progress } = context
  const protocol = await findProtocol(db, protocol_id)
  if (!protocol) throw new PermanentError(`There is no protocol "${protocol_id}"`)
  const today = utcDate(await clock.now())
  const left = await remaining(context)

  progress(0.1, 'TVL history', left)
  const tvl = context.checkpoint['tvl']
    ? nothing
    : await orNothing(context, () => backfillTvl(protocol_id, context))
  await context.saveCheckpoint({ tvl: true })

  progress(0.5, 'token history', left)
  const geckoId = protocol.geckoId ?? (await tokenOfParent(protocol.parentId, context))
  const needsToken = geckoId !== null && (protocol.tokenBackfilledTo ?? '') < today
  const token = needsToken ? await orNothing(context, () => backfillToken(geckoId, today, context)) : nothing
  await markBackfilled(db, protocol_id, today)
  return { rows: tvl.rows + token.rows, refused: tvl.refused + token.refused }

  /** A source that will never serve this history is no reason to lose the other half. */
  async function orNothing({ log }: JobContext, fetchHistory: () => Promise<Stored>): Promise<Stored> {
    try {
      return await fetchHistory()
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.isPassing || error.kind === 'unauthorised') throw error
      log.warn({ err: error, protocol: protocol_id }, 'a history is not to be had')
      await markBackfillFailed(db, protocol_id)
      return nothing
    }
  }
}

async function backfillTvl(protocolId: string, context: JobContext): Promise<Stored> {
  const firstDay = await firstDayWanted(context)
  const history = await context.sources.defillama.protocol(protocolId, sourceLane(context))
  const rows: SourcedRow[] = history.rows
    .filter((row) => row.date >= firstDay)
    .map((row) => ({
      protocolId,
      observedAt: startOfDay(row.date),
      tvlUsd: row.tvlUsd,
      isPartial: row.partial,
    }))
  return storeFetched(context, history, { source: 'defillama', endpoint: 'protocol' }, { day: rows })
}

/** The catalogue lists no parents: the token of one is on its own page, and is remembered for all its children. */
async function tokenOfParent(parentId: string | null, context: JobContext): Promise<string | null> {
  if (parentId === null) return null
  try {
    const [parent] = (await context.sources.defillama.parentToken(parentId, sourceLane(context))).rows
    const geckoId = parent?.geckoId ?? null
    if (geckoId !== null) await saveParentToken(context.db, parentId, geckoId)
    return geckoId
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.isPassing || error.kind === 'unauthorised') throw error
    return null
  }
}

/** One call serves every protocol that shares the token. */
async function backfillToken(geckoId: string, today: string, context: JobContext): Promise<Stored> {
  const { db, sources, historyDays } = context
  const holders = await listTokenHolders(db, geckoId)
  const history = await sources.coingecko.marketChart(geckoId, historyDays, sourceLane(context))
  const rows: SourcedRow[] = history.rows.flatMap((row) =>
    holders.map((protocolId) => ({
      protocolId,
      observedAt: startOfDay(row.date),
      priceUsd: row.priceUsd,
      marketCapUsd: row.marketCapUsd,
      volumeUsd: row.volumeUsd,
      isPartial: row.partial,
    })),
  )
  const stored = await storeFetched(
    context,
    history,
    { source: 'coingecko', endpoint: 'market_chart' },
    { day: rows },
  )
  await markTokenBackfilled(db, geckoId, today)
  return stored
}

async function firstDayWanted({ clock, historyDays }: JobContext): Promise<string> {
  return isoDate(dayNumber(utcDate(await clock.now())) - historyDays + 1)
}

/** What all backfills together still have to call, for whoever watches. */
async function remaining({ db, budgets }: JobContext): Promise<Record<string, number>> {
  const open = await countOpenRuns(db, 'backfill-protocol')
  const left = workLeft({ defillama: open, coingecko: open }, budgets)
  return { backfills_left: open, calls_left: left.callsLeft, minutes_left: left.minutesLeft }
}
