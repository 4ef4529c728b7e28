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
  /** Where the trace of the submission goes on, in the outbox. */
  readonly trace?: Readonly<Record<string, string>> | null
  /** The id in Redis where it is not the id of the run: jobs made by a schedule. */
  readonly bullJobId?: string
}

export const terminalStates = [
  'completed',
  'failed',
  'cancelled',
  'quarantined',
] as const satisfies readonly RunState[]

/** The run and its outbox row in one statement, or the run that already waits under the same key. */
export async function insertRun(db: Db, run: NewRun): Promise<{ run: JobRun; isNew: boolean }> {
  const { rows } = await sql<JobRun>`
    with added as (
      insert into job_runs (id, name, queue, payload, origin, lane, requested_by, parent_id, dedup_key, state)
      values (${run.id}, ${run.name}, ${run.queue}, ${JSON.stringify(run.payload)}, ${run.origin}, ${run.lane},
              ${run.requestedBy}, ${run.parentId}, ${run.dedupKey}, 'queued')
      on conflict do nothing
      returning *
    ), handed_over as (
      insert into outbox (run_id, trace) select id, ${traceOf(run)}::jsonb from added
    )
    select * from added`.execute(db)
  const [added] = rows
  if (added !== undefined) return { run: added, isNew: true }
  const waiting = await db
    .selectFrom('jobRuns')
    .selectAll()
    .where('name', '=', run.name)
    .where('dedupKey', '=', run.dedupKey)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  // The waiting run may have started between the two statements; then this one is new work.
  return waiting ? { run: waiting, isNew: false } : insertRun(db, run)
}

const traceOf = (run: NewRun | undefined): string | null => (run?.trace ? JSON.stringify(run.trace) : null)

/** Runs and their outbox rows in one statement, which were submitted together; a run whose key already waits is left out. @returns the ids that were added */
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
    insert into outbox (run_id, trace) select id, ${traceOf(runs[0])}::jsonb from added returning run_id as id`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** Records runs that BullMQ made by itself (schedules) or that a flow parent adds; an existing row stays as it is. */
export async function recordRun(db: Db, { trace: _handedOverAlready, ...run }: NewRun): Promise<void> {
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
 * queued or waiting → active. A run that is found active was left by a process that died: that counts as a crash. A start is
 * not waited for on the disk: if Postgres dies now, the run is still queued, and ends all the same.
 * @returns by id; a run that is missing is terminal or was asked to be cancelled, so there is nothing to do
 */
export async function startRuns(db: Db, ids: readonly string[]): Promise<Map<string, StartedRun>> {
  const { rows } = await sql<StartedRun & { id: string }>`
    with hasty as (select set_config('synchronous_commit', 'off', true))
    update job_runs r
    set state = 'active', attempt = r.attempt + 1,
        crashes = r.crashes + case when r.state = 'active' then 1 else 0 end,
        started_at = coalesce(r.started_at, now()), heartbeat_at = now(), resumes_at = null
    from hasty
    where r.id = any(${ids}::uuid[]) and r.state <> all(${terminalStates}::text[]) and r.cancel_requested_at is null
    returning r.id, r.attempt, r.crashes, r.checkpoint`.execute(db)
  return new Map(rows.map(({ id, ...started }) => [id, started]))
}

export const startRun = async (db: Db, id: string): Promise<StartedRun | undefined> =>
  (await startRuns(db, [id])).get(id)

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

/** A guarded transition: a run that is already terminal stays what it is. @returns how many this call ended */
export async function endRuns(
  db: Db,
  endings: readonly (Ending & { readonly id: string })[],
): Promise<number> {
  const results = endings.map((ending) =>
    ending.state === 'completed' ? JSON.stringify(ending.result) : null,
  )
  const errors = endings.map((ending) => (ending.state === 'completed' ? null : JSON.stringify(ending.error)))
  const ids = endings.map(({ id }) => id)
  const { numAffectedRows } = await sql`
    update job_runs r
    set state = e.state, finished_at = now(), resumes_at = null, error = e.error,
        result = coalesce(e.result, r.result),
        progress = case when e.state = 'completed' then 1 else r.progress end,
        step = case when e.state = 'completed' then 'done' else r.step end
    from unnest(${ids}::uuid[], ${endings.map(({ state }) => state)}::text[],
                ${results}::jsonb[], ${errors}::jsonb[]) as e (id, state, result, error)
    where r.id = e.id and r.state <> all(${terminalStates}::text[])`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** @returns whether this call ended it */
export const endRun = async (db: Db, id: string, ending: Ending): Promise<boolean> =>
  (await endRuns(db, [{ id, ...ending }])) > 0

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
