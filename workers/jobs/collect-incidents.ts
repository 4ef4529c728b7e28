import { hasIncidents, saveIncidents } from '../../src/db/incidents.ts'
import { quarantineRows } from '../../src/db/quarantine.ts'
import { utcDate } from '../../src/domain/calendar.ts'
import { UpstreamError } from '../../src/sources/source-errors.ts'
import type { Handler } from '../handler.ts'
import { countRefused } from '../collecting/count-refused.ts'
import { sourceLane } from '../collecting/source-lane.ts'

/** Recorded losses. DeFiLlama may serve them to paying clients only; then there are none, and that is no failure. */
export const collectIncidents: Handler<'collect-incidents'> = async (_payload, context) => {
  const { db, clock, sources, log } = context
  const now = await clock.now()
  try {
    // A feed that has not changed is not sent again, once its rows are stored here.
    const onlyIfChanged = await hasIncidents(db)
    const hacks = await sources.defillama.hacks({ ...sourceLane(context), onlyIfChanged })
    await quarantineRows(db, hacks.refused, utcDate(now))
    const incidents = await saveIncidents(db, hacks.rows)
    await hacks.markStored()
    return { incidents, refused: countRefused(hacks) }
  } catch (error) {
    if (!(error instanceof UpstreamError && error.kind === 'paid-only')) throw error
    log.warn('DeFiLlama serves its list of incidents to paying clients only')
    return { incidents: 0, refused: 0 }
  }
}
