import { sql } from 'kysely'
import type { Db } from './connection.ts'
import type { Lane, RunError, RunOrigin, RunState } from './schema.ts'

export interface NewRun {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly payload: Record<string, unknown>
  readonly origin: RunOrigin
  readonly lane: Lane
  readonly requestedBy: string | null
  readonly parentId: string | null
  readonly dedupKey: string | null
  /** The id in Redis where it is not the id of the run: jobs made by a schedule. */
  readonly bullJobId?: string
}

export const terminalStates = [
  'completed',
  'failed',
  'cancelled',
  'quarantined',
] as const satisfies readonly RunState[]

/** The run and its outbox row in one statement, or the id of the run that already waits under the same key. */
export async function insertRun(db: Db, run: NewRun): Promise<{ runId: string; isNew: boolean }> {
  const [added] = await insertRuns(db, [run])
  if (added !== undefined) return { runId: added, isNew: true }
  const waiting = await db
    .selectFrom('jobRuns')
    .select('id')
    .where('name', '=', run.name)
    .where('dedupKey', '=', run.dedupKey)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  // The waiting run may have started between the two statements; then this one is new work.
  return waiting ? { runId: waiting.id, isNew: false } : insertRun(db, run)
}

/** Runs and their outbox rows in one statement; a run whose key already waits is left out. @returns the ids that were added */
export async function insertRuns(db: Db, runs: readonly NewRun[]): Promise<string[]> {
  const column = <K extends keyof NewRun>(name: K): NewRun[K][] => runs.map((run) => run[name])
  const { rows } = await sql<{ id: string }>`
    with added as (
      insert into job_runs (id, name, queue, payload, origin, lane, requested_by, parent_id, dedup_key, state)
      select *, 'queued' from unnest(
        ${column('id')}::uuid[], ${column('name')}::text[], ${column('queue')}::text[],
        ${runs.map((run) => JSON.stringify(run.payload))}::jsonb[], ${column('origin')}::text[], ${column('lane')}::text[],
        ${column('requestedBy')}::text[], ${column('parentId')}::uuid[], ${column('dedupKey')}::text[])
      on conflict do nothing
      returning id
    )
    insert into outbox (run_id) select id from added returning run_id as id`.execute(db)
  return rows.map((row) => row.id)
}

/** Records runs that BullMQ made by itself (schedules) or that a flow parent adds; an existing row stays as it is. */
export async function recordRun(db: Db, run: NewRun): Promise<void> {
  await db
    .insertInto('jobRuns')
    .values({ ...run, payload: JSON.stringify(run.payload), state: 'queued' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface StartedRun {
  readonly attempt: number
  readonly crashes: number
  readonly checkpoint: Record<string, unknown> | null
}

/**
 * queued or waiting → active. A run that is found active was left by a process that died: that counts as a crash.
 * @returns undefined when the run is terminal or was asked to be cancelled, so there is nothing to do
 */
export async function startRun(db: Db, id: string): Promise<StartedRun | undefined> {
  return db
    .updateTable('jobRuns')
    .set((eb) => ({
      state: 'active',
      attempt: eb('attempt', '+', 1),
      crashes: eb
        .case()
        .when('state', '=', 'active')
        .then(eb('crashes', '+', 1))
        .else(eb.ref('crashes'))
        .end(),
      startedAt: eb.fn.coalesce('startedAt', sql<Date>`now()`),
      heartbeatAt: sql<Date>`now()`,
      resumesAt: null,
    }))
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'waiting', 'active'])
    .where('cancelRequestedAt', 'is', null)
    .returning(['attempt', 'crashes', 'checkpoint'])
    .executeTakeFirst()
}

export interface Progress {
  readonly fraction: number
  readonly step: string
  readonly detail?: Record<string, unknown>
}

export async function saveProgress(db: Db, id: string, { fraction, step, detail }: Progress): Promise<void> {
  await db
    .updateTable('jobRuns')
    .set({
      progress: Math.min(1, Math.max(0, fraction)),
      step,
      progressDetail: detail ? JSON.stringify(detail) : null,
      heartbeatAt: new Date(),
    })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .execute()
}

/** A run that gives its slot back: for another attempt, for its budget, or for its children. */
export async function parkRun(
  db: Db,
  id: string,
  park: { state: 'queued' | 'waiting'; step: string; resumesAt?: Date; error?: RunError },
): Promise<void> {
  await db
    .updateTable('jobRuns')
    .set({
      state: park.state,
      step: park.step,
      resumesAt: park.resumesAt ?? null,
      error: park.error ? JSON.stringify(park.error) : null,
    })
    .where('id', '=', id)
    .where('state', '=', 'active')
    .execute()
}

export type Ending =
  | { readonly state: 'completed'; readonly result: Record<string, unknown> }
  | { readonly state: 'failed' | 'cancelled' | 'quarantined'; readonly error: RunError }

/** A guarded transition: a run that is already terminal stays what it is. @returns whether this call ended it */
export async function endRun(db: Db, id: string, ending: Ending): Promise<boolean> {
  const changed = await db
    .updateTable('jobRuns')
    .set({
      state: ending.state,
      finishedAt: sql<Date>`now()`,
      resumesAt: null,
      ...(ending.state === 'completed'
        ? { result: JSON.stringify(ending.result), error: null, progress: 1, step: 'done' }
        : { error: JSON.stringify(ending.error) }),
    })
    .where('id', '=', id)
    .where('state', 'not in', terminalStates)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

/** Queued runs end at once; running ones are told, and end when their worker hears it. */
export async function requestCancel(db: Db, id: string): Promise<RunState | undefined> {
  const asked = await db
    .updateTable('jobRuns')
    .set((eb) => ({
      cancelRequestedAt: eb.fn.coalesce('cancelRequestedAt', sql<Date>`now()`),
      state: eb
        .case()
        .when('state', '=', 'queued')
        .then('cancelled' as const)
        .else(eb.ref('state'))
        .end(),
      finishedAt: eb
        .case()
        .when('state', '=', 'queued')
        .then(sql<Date>`now()`)
        .else(eb.ref('finishedAt'))
        .end(),
    }))
    .where((eb) => eb.or([eb('id', '=', id), eb('parentId', '=', id)]))
    .where('state', 'not in', terminalStates)
    .returning(['id', 'state'])
    .execute()
  return asked.find((run) => run.id === id)?.state
}

/** Shows that these runs are alive. @returns those of them that somebody wants cancelled */
export async function beatHeart(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .updateTable('jobRuns')
    .set({ heartbeatAt: sql<Date>`now()` })
    .where('id', 'in', ids)
    .returning(['id', 'cancelRequestedAt'])
    .execute()
  return rows.filter((row) => row.cancelRequestedAt !== null).map((row) => row.id)
}

/** What a run that gives its slot back has already done, so that its next start goes on from there. */
export async function saveCheckpoint(db: Db, id: string, checkpoint: Record<string, unknown>): Promise<void> {
  await db
    .updateTable('jobRuns')
    .set({ checkpoint: JSON.stringify(checkpoint) })
    .where('id', '=', id)
    .execute()
}

export async function findRun(db: Db, id: string) {
  return db.selectFrom('jobRuns').selectAll().where('id', '=', id).executeTakeFirst()
}
export type JobRun = NonNullable<Awaited<ReturnType<typeof findRun>>>

/** Runs of one name that are not terminal. */
export async function countOpenRuns(db: Db, name: string): Promise<number> {
  const row = await db
    .selectFrom('jobRuns')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('name', '=', name)
    .where('state', 'not in', terminalStates)
    .executeTakeFirstOrThrow()
  return row.open
}

export async function appendJobLog(
  db: Db,
  runId: string,
  entry: { level: string; message: string; data?: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('jobLogs')
    .values({
      runId,
      level: entry.level,
      message: entry.message,
      data: entry.data ? JSON.stringify(entry.data) : null,
    })
    .execute()
}
