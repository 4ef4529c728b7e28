import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Db } from '../../../src/db/connection.ts'
import { submitJob } from '../../../src/jobs/submit.ts'
import type { Dataset } from '../../../src/market/dataset.ts'
import { eventually } from '../../support/eventually.ts'
import { makeCurrent, storeModel, storeProtocol } from '../../support/stored-results.ts'

/** Where the rows of `backfill-prices` are filed. */
const source = 'defillama-coins'

/** Stores the market's protocols, and models, so that the pipeline has no wishes of its own. @returns their tokens */
export async function storeMarket(db: Db, { protocols }: Dataset): Promise<string[]> {
  for (const { slug, gecko_id } of protocols) await storeProtocol(db, slug, { geckoId: gecko_id })
  for (const kind of ['risk', 'anomaly'] as const) await makeCurrent(db, kind, await storeModel(db, kind))
  return [...new Set(protocols.flatMap(({ gecko_id }) => gecko_id ?? []))]
}

/**
 * Submits small real jobs: `backfill-prices` of one token each, which makes a call and writes a history that is there already.
 * @returns the ids that were acknowledged
 */
export async function submitLoad(db: Db, tokens: readonly string[], count: number): Promise<string[]> {
  const acknowledged: string[] = []
  const submitOne = async (index: number): Promise<void> => {
    const payload = { gecko_ids: [tokens[index % tokens.length]!] }
    const { runId } = await submitJob(db, 'backfill-prices', payload, { origin: 'job' })
    acknowledged.push(runId)
  }
  for (let from = 0; from < count; from += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, k) => submitOne(from + k)))
  return acknowledged
}

/** What the record says of acknowledged runs, in numbers. */
export interface Outcome {
  readonly acknowledged: number
  readonly completed: number
  readonly failed: number
  readonly quarantined: number
  /** Acknowledged, and not in the record. */
  readonly lost: number
  /** Starts beyond the first. */
  readonly reruns: number
  readonly crashes: number
}

export async function outcomeOf(db: Db, acknowledged: readonly string[]): Promise<Outcome> {
  const { rows } = await sql<Omit<Outcome, 'acknowledged' | 'lost'> & { known: number }>`
    select count(*) as known,
      count(*) filter (where state = 'completed') as completed,
      count(*) filter (where state in ('failed', 'cancelled')) as failed,
      count(*) filter (where state = 'quarantined') as quarantined,
      coalesce(sum(greatest(attempt - 1, 0)), 0)::int as reruns,
      coalesce(sum(crashes), 0)::int as crashes
    from job_runs where id = any(${acknowledged}::uuid[])`.execute(db)
  const { known, ...counts } = rows[0]!
  return { acknowledged: acknowledged.length, ...counts, lost: acknowledged.length - known }
}

/** Waits until every acknowledged run has ended. @throws with the numbers so far when that takes too long */
export async function allEnded(
  db: Db,
  acknowledged: readonly string[],
  deadlineMs: number,
): Promise<Outcome> {
  let last: Outcome | undefined
  return eventually(async () => {
    last = await outcomeOf(db, acknowledged).catch(() => last)
    const ended = last ? last.completed + last.failed + last.quarantined : 0
    return ended === acknowledged.length && last
  }, deadlineMs).catch((error: unknown) => {
    throw new Error(`Not all have ended: ${JSON.stringify(last)}`, { cause: error })
  })
}

export async function countCompleted(db: Db, acknowledged: readonly string[]): Promise<number> {
  return (await outcomeOf(db, acknowledged)).completed
}

/** Rows that the load has written, and how many of them there should be: one per natural key. */
export async function countRows(db: Db): Promise<{ rows: number; keys: number; fetches: number }> {
  const { rows } = await sql<{ rows: number; keys: number; fetches: number }>`
    select count(*) as rows, count(distinct (protocol_id, resolution, observed_at)) as keys,
      (select count(*) from fetches where source = ${source}) as fetches
    from observations where source = ${source}`.execute(db)
  return rows[0]!
}

/** Acknowledged ⊆ done, one row per natural key, every run's answer on file, no failure. */
export async function expectNothingLost(db: Db, outcome: Outcome): Promise<void> {
  expect(outcome).toMatchObject({
    completed: outcome.acknowledged,
    failed: 0,
    quarantined: 0,
    lost: 0,
  })
  const { rows, keys, fetches } = await countRows(db)
  expect(rows).toBeGreaterThan(0)
  expect(rows).toBe(keys)
  expect(fetches).toBeGreaterThanOrEqual(outcome.completed)
}
