import { z } from 'zod'
import { type JobName, jobs, type PayloadInput, publicJobNames } from '../../../queues/jobs.ts'
import type { Db } from '../../db/connection.ts'
import { findRun, type JobRun, requestCancel } from '../../db/job-runs.ts'
import { listJobLogs, listRuns, readPlacedRun } from '../../db/reads/jobs.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, json } from '../define-route.ts'
import { cursorOf, limit, pageOf, toPage } from '../pages.ts'
import { anyRecord, count, instant, toInstant, uuidPath } from '../schemas.ts'
import { accepted, retryRun, submitFor } from '../submissions.ts'
import { isTerminal, runSchema, runState, toRunAnswer } from '../run-answer.ts'

/** `{name, payload}`: one shape per job that may be submitted. */
const submission = z
  .discriminatedUnion('name', [kindOf(publicJobNames[0]!), ...publicJobNames.slice(1).map(kindOf)])
  .meta({ id: 'Submission' }) as z.ZodType as z.ZodType<{
  name: JobName
  payload: PayloadInput<JobName>
}>

function kindOf(name: JobName) {
  const payload = jobs[name].payload.strict()
  const isOptional = payload.safeParse({}).success
  return z.strictObject({ name: z.literal(name), payload: isOptional ? payload.prefault({}) : payload })
}

const submitRoute = defineRoute({
  method: 'post',
  path: '/jobs',
  scope: 'write',
  tag: 'Jobs',
  summary: 'Queue a job',
  description: 'The kinds of jobs and their payloads are listed by `GET /job-kinds`.',
  body: submission,
  responses: { 202: accepted },
  handler: ({ body }, context) => submitFor(context, body.name, body.payload),
})

const listRoute = defineRoute({
  method: 'get',
  path: '/jobs',
  scope: 'read',
  tag: 'Jobs',
  summary: 'Runs of jobs, newest first',
  query: z.strictObject({
    state: runState.optional(),
    name: z.enum(Object.keys(jobs)).optional(),
    parent_id: z.uuid().optional(),
    limit,
    cursor: cursorOf(z.tuple([z.string(), z.uuid()])),
  }),
  responses: { 200: json(pageOf(runSchema), 'One page of runs') },
  handler: async ({ query }, { db }) => {
    const { cursor: after, parent_id: parentId, ...filter } = query
    const runs = await listRuns(db, { state: undefined, name: undefined, ...filter, parentId, after })
    const page = toPage(
      runs,
      query.limit,
      (run) => toRunAnswer(run),
      (run) => [run.createdAtExact, run.id],
    )
    return { status: 200, body: page }
  },
})

const getRoute = defineRoute({
  method: 'get',
  path: '/jobs/{id}',
  scope: 'read',
  tag: 'Jobs',
  summary: 'One run: state, progress, result or error',
  description: 'Poll as often as `Retry-After` says, until that header is gone: then the run has ended.',
  params: uuidPath,
  responses: { 200: json(runSchema, 'The run', { 'Retry-After': 'Seconds until it is worth asking again' }) },
  problems: { 404: 'No such run' },
  handler: async ({ params }, { db }) => {
    const run = await readPlacedRun(db, params.id.toLowerCase())
    if (!run) throw unknownRun(params.id)
    const body = toRunAnswer(run, run.ahead ?? undefined)
    return isTerminal(run) ? { status: 200, body } : { status: 200, body, headers: { 'Retry-After': '1' } }
  },
})

const logsRoute = defineRoute({
  method: 'get',
  path: '/jobs/{id}/logs',
  scope: 'read',
  tag: 'Jobs',
  summary: 'What a run wrote down, oldest first',
  params: uuidPath,
  query: z.strictObject({ limit, cursor: cursorOf(z.tuple([z.int()])) }),
  responses: {
    200: json(
      pageOf(
        z.object({
          id: count,
          at: instant,
          level: z.string(),
          message: z.string(),
          data: anyRecord.nullable(),
        }),
      ),
      'One page of log lines',
    ),
  },
  problems: { 404: 'No such run' },
  handler: async ({ params, query }, { db }) => {
    await requireRun(db, params.id)
    const logs = await listJobLogs(db, params.id, { limit: query.limit, after: query.cursor?.[0] })
    const page = toPage(
      logs,
      query.limit,
      ({ id, at, level, message, data }) => ({ id, at: toInstant(at), level, message, data }),
      ({ id }) => [id],
    )
    return { status: 200, body: page }
  },
})

const cancelRoute = defineRoute({
  method: 'post',
  path: '/jobs/{id}/cancel',
  scope: 'write',
  tag: 'Jobs',
  summary: 'Cancel a run',
  description:
    'A queued run ends at once; a running one ends when its worker hears of it, with its children.',
  params: uuidPath,
  responses: { 202: json(runSchema, 'Cancelled, or about to be') },
  problems: { 404: 'No such run', 409: 'The run has ended already' },
  handler: async ({ params }, { db }) => {
    const state = await requestCancel(db, params.id)
    const run = await requireRun(db, params.id)
    if (state === undefined) throw new ProblemError(409, 'already_ended', `The run is already ${run.state}`)
    return { status: 202, body: toRunAnswer(run) }
  },
})

const retryRoute = defineRoute({
  method: 'post',
  path: '/jobs/{id}/retry',
  scope: 'write',
  tag: 'Jobs',
  summary: 'Queue the work of a failed, cancelled or quarantined run again',
  description:
    'The ended run stays as it is; a new run with the same payload is queued, and both logs name the other.',
  params: uuidPath,
  responses: { 202: accepted },
  problems: { 404: 'No such run', 409: 'The run has not failed, or belongs to another run' },
  handler: async ({ params }, context) => retryRun(context, await requireRun(context.db, params.id)),
})

export async function requireRun(db: Db, id: string): Promise<JobRun> {
  const run = await findRun(db, id)
  if (!run) throw unknownRun(id)
  return run
}

const unknownRun = (id: string) => new ProblemError(404, 'unknown_run', `There is no run with the id "${id}"`)

export const jobRoutes = [submitRoute, listRoute, getRoute, logsRoute, cancelRoute, retryRoute]
