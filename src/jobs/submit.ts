import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { jobs, type JobName, type PayloadInput } from '../../queues/jobs.ts'
import type { Db } from '../db/connection.ts'
import { insertRun, insertRuns, type JobRun, type NewRun } from '../db/job-runs.ts'
import type { Lane, RunOrigin } from '../db/schema.ts'
import { wakeRelays } from '../db/wake-relays.ts'
import { InputError } from '../errors.ts'
import { traceHooks } from '../tracing/trace-hooks.ts'

export interface Submission {
  readonly origin: RunOrigin
  readonly lane?: Lane
  readonly requestedBy?: string
  readonly parentId?: string
}

/**
 * Records a run and its outbox row in one statement; the relay hands it to the queue. Where the job has a key and a run with
 * that key is already waiting, that run is returned and nothing is added.
 * @param db give a transaction to tie the run to other rows
 * @throws InputError when the payload does not fit the job's schema
 */
export async function submitJob<N extends JobName>(
  db: Db,
  name: N,
  payload: PayloadInput<N>,
  submission: Submission,
): Promise<{ runId: string; run: JobRun; isNew: boolean }> {
  const { run, isNew } = await insertRun(db, describeRun(name, payload, submission))
  if (isNew) await wakeRelays(db)
  return { runId: run.id, run, isNew }
}

/** The same for many payloads of one job in one statement. @returns how many were new */
export async function submitJobs<N extends JobName>(
  db: Db,
  name: N,
  payloads: readonly PayloadInput<N>[],
  submission: Submission,
): Promise<number> {
  const added = await insertRuns(
    db,
    payloads.map((payload) => describeRun(name, payload, submission)),
  )
  if (added.length > 0) await wakeRelays(db)
  return added.length
}

/** The row of a run that is about to be recorded. @throws InputError when the payload does not fit the job's schema */
export function describeRun<N extends JobName>(
  name: N,
  payload: PayloadInput<N>,
  submission: Submission,
): NewRun {
  const contract = jobs[name]
  const parsed = contract.payload.safeParse(payload)
  if (!parsed.success) throw new InputError(`${name}: ${z.prettifyError(parsed.error)}`)
  const key = (contract as { key?: (payload: unknown) => string }).key?.(parsed.data)
  return {
    id: randomUUID(),
    name,
    queue: contract.queue,
    payload: parsed.data,
    origin: submission.origin,
    lane: submission.lane ?? 'scheduled',
    requestedBy: submission.requestedBy ?? null,
    parentId: submission.parentId ?? null,
    dedupKey: key ?? null,
    trace: traceHooks()?.carrier() ?? null,
  }
}
