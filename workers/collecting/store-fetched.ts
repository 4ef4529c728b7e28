import { utcDate } from '../../src/domain/calendar.ts'
import type { SourceName } from '../../src/domain/market.ts'
import { saveObservations, type SourcedRow } from '../../src/db/observations.ts'
import { quarantineRows } from '../../src/db/quarantine.ts'
import type { Fetched } from '../../src/sources/fetched.ts'
import type { JobContext } from '../handler.ts'
import { countRefused } from './count-refused.ts'

export interface Origin {
  /** Where the rows are filed under; a source with two hosts has two names. */
  readonly source: SourceName | 'defillama-coins'
  readonly endpoint: string
}

export interface Stored {
  readonly rows: number
  readonly refused: number
}

/** Files the rows of one answer with where they came from, and puts what was refused into the quarantine. */
export async function storeFetched(
  { db, clock, rowsTotal }: Pick<JobContext, 'db' | 'clock' | 'rowsTotal'>,
  fetched: Pick<Fetched<unknown>, 'fetchedAt' | 'contentHash' | 'refused' | 'refusedCounts'>,
  origin: Origin,
  observations: Readonly<Partial<Record<'day' | 'hour', readonly SourcedRow[]>>>,
): Promise<Stored> {
  const refused = countRefused(fetched)
  await quarantineRows(db, fetched.refused, utcDate(await clock.now()))
  const provenance = {
    ...origin,
    fetchedAt: fetched.fetchedAt,
    contentHash: fetched.contentHash,
    refusedCount: refused,
  }
  let rows = 0
  for (const resolution of ['hour', 'day'] as const)
    rows += await saveObservations(db, { resolution, rows: observations[resolution] ?? [], provenance })
  rowsTotal.inc({ source: origin.source, outcome: 'stored' }, rows)
  rowsTotal.inc({ source: origin.source, outcome: 'refused' }, refused)
  return { rows, refused }
}
