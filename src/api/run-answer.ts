import { z } from 'zod'
import { isJobName, jobs } from '../../queues/jobs.ts'
import { type JobRun, terminalStates } from '../db/job-runs.ts'
import { countedAhead } from '../db/reads/jobs.ts'
import { anyRecord, count, instant, share, toInstant, toInstantOrNull } from './schemas.ts'

export const runState = z.enum([
  'queued',
  'active',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'quarantined',
])

export const runSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    queue: z.string(),
    state: runState,
    payload: anyRecord,
    origin: z.enum(['api', 'schedule', 'flow', 'job']),
    lane: z.enum(['user', 'scheduled']),
    requested_by: z.string().nullable(),
    parent_id: z.uuid().nullable(),
    progress: z.object({
      fraction: share,
      step: z.string().nullable(),
      eta_seconds: count.nullable().meta({ description: 'Estimated from the time that the done part took' }),
      detail: anyRecord.nullable(),
    }),
    attempt: count,
    max_attempts: count.nullable(),
    crashes: count.meta({ description: 'Times that the process of this run died under it' }),
    queue_position: z
      .object({ ahead: count, is_exact: z.boolean() })
      .nullable()
      .meta({
        description: `Runs queued before this one, counted up to ${countedAhead}; null unless queued`,
      }),
    result: anyRecord.nullable(),
    error: z.object({ name: z.string(), message: z.string() }).nullable(),
    cancel_requested_at: instant.nullable(),
    created_at: instant,
    resumes_at: instant.nullable(),
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Run' })
export type RunAnswer = z.input<typeof runSchema>

export const isTerminal = (run: Pick<JobRun, 'state'>): boolean =>
  (terminalStates as readonly string[]).includes(run.state)

/** @param ahead the runs before this one, where it is queued and somebody counted */
export function toRunAnswer(run: JobRun, ahead?: number): RunAnswer {
  return {
    id: run.id,
    name: run.name,
    queue: run.queue,
    state: run.state,
    payload: run.payload,
    origin: run.origin,
    lane: run.lane,
    requested_by: run.requestedBy,
    parent_id: run.parentId,
    progress: {
      fraction: run.progress,
      step: run.step,
      eta_seconds: etaSeconds(run),
      detail: run.progressDetail,
    },
    attempt: run.attempt,
    max_attempts: isJobName(run.name) ? jobs[run.name].attempts : null,
    crashes: run.crashes,
    queue_position: ahead === undefined ? null : { ahead, is_exact: ahead < countedAhead },
    result: run.result,
    error: run.error,
    cancel_requested_at: toInstantOrNull(run.cancelRequestedAt),
    created_at: toInstant(run.createdAt),
    resumes_at: toInstantOrNull(run.resumesAt),
    started_at: toInstantOrNull(run.startedAt),
    finished_at: toInstantOrNull(run.finishedAt),
    links: linksOf(run),
  }
}

/** What the rest takes if it goes on like the part that is done; too early to say below 2 %. */
function etaSeconds({ state, progress, startedAt }: JobRun): number | null {
  if (state !== 'active' || startedAt === null || progress < 0.02) return null
  const elapsedSeconds = (Date.now() - startedAt.getTime()) / 1000
  return Math.max(0, Math.round((elapsedSeconds * (1 - progress)) / progress))
}

function linksOf(run: JobRun): Record<string, string> {
  const self = `/jobs/${run.id}`
  const common = {
    self,
    events: `${self}/events`,
    logs: `${self}/logs`,
    board: `/admin/queues/queue/${run.queue}/${run.bullJobId ?? run.id}`,
  }
  if (!isTerminal(run)) return { ...common, cancel: `${self}/cancel` }
  return run.state === 'completed' ? common : { ...common, retry: `${self}/retry` }
}
