import { isJobName, type JobName, type PayloadInput } from '../../queues/jobs.ts'
import { appendJobLog, type JobRun } from '../db/job-runs.ts'
import { ProblemError } from '../errors.ts'
import { submitJob } from '../jobs/submit.ts'
import { json } from './define-route.ts'
import { isTerminal, type RunAnswer, runSchema, toRunAnswer } from './run-answer.ts'
import type { RequestContext } from './services.ts'

/** The answer to every submission. */
export const accepted = json(runSchema, 'Queued, or already waiting under the same key', {
  Location: 'Where the run is followed',
})

interface Accepted {
  readonly status: 202
  readonly body: RunAnswer
  readonly headers: { readonly Location: string }
}
type Submitter = Pick<RequestContext, 'db' | 'principal'>

/** Queues a job in the name of whoever asks; where the same work already waits, that run is the answer. */
export async function submitFor<N extends JobName>(
  { db, principal }: Submitter,
  name: N,
  payload: PayloadInput<N>,
): Promise<Accepted> {
  const { run } = await submitJob(db, name, payload, {
    origin: 'api',
    lane: 'user',
    requestedBy: principal.name,
  })
  return { status: 202, body: toRunAnswer(run), headers: { Location: `/jobs/${run.id}` } }
}

/**
 * Queues the work of an ended run again, as a new run: what happened stays on record.
 * @throws ProblemError 409 for a run that has not failed, or that only its parent can run again
 */
export async function retryRun(submitter: Submitter, run: JobRun): Promise<Accepted> {
  if (!isTerminal(run) || run.state === 'completed' || !isJobName(run.name))
    throw new ProblemError(
      409,
      'not_retryable',
      `Only a run that has failed can be retried; this one is ${run.state}`,
    )
  if (run.parentId !== null)
    throw new ProblemError(
      409,
      'not_retryable',
      `This run is a part of the run "${run.parentId}": retry that one`,
    )
  const retry = await submitFor(submitter, run.name, run.payload as PayloadInput<typeof run.name>)
  await appendJobLog(submitter.db, run.id, { level: 'info', message: `retried as ${retry.body.id}` })
  await appendJobLog(submitter.db, retry.body.id, { level: 'info', message: `retry of ${run.id}` })
  return retry
}
