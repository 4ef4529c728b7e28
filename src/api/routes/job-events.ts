import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JobRun } from '../../db/job-runs.ts'
import { defineRoute, empty, events } from '../define-route.ts'
import { uuidPath } from '../schemas.ts'
import { requireRun } from './jobs.ts'
import { isTerminal, toRunAnswer } from '../run-answer.ts'

const heartbeatMs = 15_000

export const jobEventsRoute = defineRoute({
  method: 'get',
  path: '/jobs/{id}/events',
  scope: 'read',
  tag: 'Jobs',
  summary: 'A run, live (server-sent events)',
  description:
    'An event `run` with the run as `GET /jobs/{id}` shows it now and after every change, then one event `end`, and the stream ends. ' +
    'A client that comes back with `Last-Event-ID` hears only what is new; 204 says that there is nothing more to come.',
  params: uuidPath,
  headers: z.object({ 'last-event-id': z.string().max(64).optional() }),
  responses: { 200: events('The stream'), 204: empty('The client has already seen the end') },
  problems: { 404: 'No such run' },
  handler: async ({ params, headers }, { db, runWatcher, signal }) => {
    const run = await requireRun(db, params.id)
    const seen = headers['last-event-id']
    if (isTerminal(run) && seen === fingerprint(run)) return { status: 204, body: null }
    return { status: 200, body: framesOf(runWatcher.watch(run.id, signal), seen) }
  },
})

async function* framesOf(runs: AsyncIterable<JobRun>, lastSeen: string | undefined): AsyncGenerator<string> {
  let seen = lastSeen
  let wroteAt = Date.now()
  for await (const run of runs) {
    const id = fingerprint(run)
    const isEnd = isTerminal(run)
    if (id !== seen || isEnd)
      yield `id: ${id}\nevent: ${isEnd ? 'end' : 'run'}\ndata: ${JSON.stringify(toRunAnswer(run))}\n\n`
    else if (Date.now() - wroteAt >= heartbeatMs) yield ': still here\n\n'
    else continue
    if (isEnd) return
    seen = id
    wroteAt = Date.now()
  }
}

/** The id of an event says what the run looked like, so any web process can tell what a client has seen. */
function fingerprint({
  state,
  attempt,
  progress,
  step,
  progressDetail,
  resumesAt,
  cancelRequestedAt,
}: JobRun): string {
  const look = JSON.stringify([state, attempt, progress, step, progressDetail, resumesAt, cancelRequestedAt])
  return createHash('sha256').update(look).digest('base64url').slice(0, 16)
}
