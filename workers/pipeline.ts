import type { JobName } from '../queues/jobs.ts'
import type { Db } from '../src/db/connection.ts'
import { hasBothModels, readPipelineState } from '../src/db/pipeline-state.ts'
import { submitJob } from '../src/jobs/submit.ts'

/** What has been reached so far. */
export interface PipelineState {
  readonly protocols: number
  /** Protocols whose history has been collected. */
  readonly backfilled: number
  readonly openBackfills: number
  /** How long the oldest open backfill has been open; 0 when there is none. */
  readonly backfillingForSeconds: number
  readonly hasVectors: boolean
  readonly hasRiskModel: boolean
  readonly hasAnomalyModel: boolean
  /** Names of jobs that have a run that has not ended. */
  readonly openJobs: ReadonlySet<string>
}

type Step = 'refresh-catalogue' | 'build-features' | 'train-risk' | 'train-anomaly'

/** From here on what has been collected so far is worth a first look, while the rest is still being collected. */
const firstLookProtocols = 50
const firstLookAfterSeconds = 120

/**
 * What an empty installation needs next to become a working one: catalogue → histories → vectors → models. A pure function of
 * what is there, so it can be asked at any time and after any failure.
 */
export function nextSteps(state: PipelineState): Step[] {
  const { openJobs } = state
  if (state.protocols === 0) return openJobs.has('refresh-catalogue') ? [] : ['refresh-catalogue']
  const isFirstLook =
    state.backfilled >= firstLookProtocols && state.backfillingForSeconds >= firstLookAfterSeconds
  const hasEnough = state.backfilled > 0 && (state.openBackfills === 0 || isFirstLook)
  if (!hasEnough) return []
  if (!state.hasVectors) return openJobs.has('build-features') ? [] : ['build-features']
  if (openJobs.has('train-models')) return []
  return [
    ...(state.hasAnomalyModel ? [] : (['train-anomaly'] as const)),
    ...(state.hasRiskModel ? [] : (['train-risk'] as const)),
  ]
}

/** The jobs after which there may be a next step. */
export const pipelineJobs: ReadonlySet<JobName> = new Set([
  'backfill-protocol',
  'build-features',
  'refresh-catalogue',
  'train-models',
])

/** Queues what `nextSteps` names. Several callers at once queue it once: every one of these jobs has a key. */
export async function advancePipeline(db: Db): Promise<void> {
  if (await hasBothModels(db)) return
  for (const step of nextSteps(await readPipelineState(db))) {
    if (step === 'train-risk')
      await submitJob(db, 'train-models', { family: 'risk', grid: 'quick' }, { origin: 'job' })
    else if (step === 'train-anomaly')
      await submitJob(db, 'train-models', { family: 'anomaly' }, { origin: 'job' })
    else await submitJob(db, step, {}, { origin: 'job' })
  }
}
