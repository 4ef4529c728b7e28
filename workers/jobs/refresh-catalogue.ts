import { quarantineRows } from '../../src/db/quarantine.ts'
import { listProtocols, protocolsToBackfill, saveProtocols } from '../../src/db/protocols.ts'
import { utcDate } from '../../src/domain/calendar.ts'
import { backfillCalls, backfillPlan, coinsPerCall, pagesOf, workLeft } from '../../src/sources/plan.ts'
import type { Handler } from '../handler.ts'
import { countRefused } from '../collecting/count-refused.ts'
import { sourceLane } from '../collecting/source-lane.ts'

/** The list of protocols, and a backfill for each whose history is not there yet. */
export const refreshCatalogue: Handler<'refresh-catalogue'> = async (_payload, context) => {
  const { db, clock, sources, progress } = context
  const now = await clock.now()
  progress(0, 'asking for the catalogue')
  const catalogue = await sources.defillama.protocols({ ...sourceLane(context), lane: 'snapshot' })
  await saveProtocols(
    db,
    catalogue.rows.map((row) => row.protocol),
    now,
  )
  await quarantineRows(db, catalogue.refused, utcDate(now))

  const backfills = await protocolsToBackfill(db, utcDate(now))
  const wanted = new Set(backfills)
  const protocols = (await listProtocols(db)).filter(({ id }) => wanted.has(id))
  const geckoIds = [
    ...new Set(
      protocols.flatMap(({ geckoId, tokenBackfilledTo }) => (tokenBackfilledTo ? [] : (geckoId ?? []))),
    ),
  ]
  await context.enqueueAll(
    'backfill-prices',
    pagesOf(geckoIds, coinsPerCall).map((gecko_ids) => ({ gecko_ids })),
  )
  const queued = await context.enqueueAll(
    'backfill-protocol',
    backfills.map((protocol_id) => ({ protocol_id })),
  )
  // Recorded losses are labels: they should be there before the first model is trained.
  await context.enqueue('collect-incidents', {})
  const left = workLeft(backfillCalls(backfillPlan(protocols)), context.budgets)
  progress(1, 'backfills queued', { calls_left: left.callsLeft, minutes_left: left.minutesLeft })
  return { protocols: catalogue.rows.length, backfills_queued: queued, refused: countRefused(catalogue) }
}
