import { sql } from 'kysely'
import type { Tx } from './connection.ts'
import type { Lane } from './schema.ts'

export interface OutboxRun {
  readonly id: string
  readonly name: string
  readonly payload: Record<string, unknown>
  readonly lane: Lane
  readonly trace: Readonly<Record<string, string>> | null
}

/** Takes the oldest rows out of the outbox; they come back if the transaction does not commit. Rows taken by others are passed over. */
export async function takeOutbox(tx: Tx, limit: number): Promise<OutboxRun[]> {
  const { rows } = await sql<OutboxRun>`
    delete from outbox o using job_runs r
    where o.id in (select id from outbox order by id limit ${limit} for update skip locked)
      and r.id = o.run_id
    returning r.id, r.name, r.payload, r.lane, o.trace`.execute(tx)
  return rows
}

/** Puts a run back that Redis has lost. */
export async function returnToOutbox(tx: Tx, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return
  await tx
    .insertInto('outbox')
    .values(runIds.map((runId) => ({ runId })))
    .onConflict((conflict) => conflict.column('runId').doNothing())
    .execute()
}
