import { z } from 'zod'
import { protocolId } from '../src/domain/market.ts'
import { defineJob } from './contract.ts'

const count = z.int().nonnegative()
const modelFamily = z.enum(['risk', 'anomaly'])
const grid = z.enum(['quick', 'full'])

export const backfillPrices = defineJob({
  name: 'backfill-prices',
  queue: 'collection',
  description:
    'Collect the price history of up to 100 tokens with one call, before the slower one-by-one histories.',
  payload: z.object({ gecko_ids: z.array(z.string().min(1).max(128)).min(1).max(100) }),
  result: z.object({ rows: count, refused: count }),
  submission: 'internal',
  attempts: 8,
  backoffMs: 2_000,
})

export const backfillProtocol = defineJob({
  name: 'backfill-protocol',
  queue: 'collection',
  description: 'Collect the daily history of one protocol from both sources; resumes where it stopped.',
  payload: z.object({ protocol_id: protocolId }),
  result: z.object({ rows: count, refused: count }),
  submission: 'public',
  attempts: 8,
  backoffMs: 2_000,
  key: ({ protocol_id }) => protocol_id,
})

export const buildFeatures = defineJob({
  name: 'build-features',
  queue: 'features',
  description: 'Build the 17 features of every protocol as of now, then score and scan them.',
  payload: z.object({}),
  result: z.object({ as_of: z.iso.datetime(), vectors: count, insufficient_data: count }),
  submission: 'public',
  attempts: 5,
  backoffMs: 1_000,
  key: () => 'all',
})

export const closeHorizons = defineJob({
  name: 'close-horizons',
  queue: 'training',
  description: 'Fill in what happened for every stored prediction whose horizon has passed.',
  payload: z.object({}),
  result: z.object({ closed: count, still_open: count }),
  submission: 'public',
  attempts: 5,
  backoffMs: 1_000,
  key: () => 'all',
})

export const collectIncidents = defineJob({
  name: 'collect-incidents',
  queue: 'collection',
  description: 'Collect recorded losses from DeFiLlama.',
  payload: z.object({}),
  result: z.object({ incidents: count, refused: count }),
  submission: 'public',
  attempts: 8,
  backoffMs: 2_000,
  key: () => 'all',
})

export const collectSnapshot = defineJob({
  name: 'collect-snapshot',
  queue: 'collection',
  description: 'Collect the newest TVL, price, market cap and volume of every protocol.',
  payload: z.object({}),
  result: z.object({ protocols: count, rows: count, refused: count, calls: count }),
  submission: 'public',
  attempts: 8,
  backoffMs: 2_000,
  key: () => 'all',
})

export const deliverAlert = defineJob({
  name: 'deliver-alert',
  queue: 'alerts',
  description: 'Deliver one alert to one channel, signed, and retried until it is accepted or given up.',
  payload: z.object({ delivery_id: z.uuid() }),
  result: z.object({ status: z.int().nullable() }),
  submission: 'internal',
  attempts: 8,
  backoffMs: 5_000,
  key: ({ delivery_id }) => delivery_id,
})

export const evaluateCandidate = defineJob({
  name: 'evaluate-candidate',
  queue: 'training',
  description: 'Score one algorithm with one set of parameters over the folds of a training run.',
  payload: z.object({
    training_run_id: z.uuid(),
    candidate: z.string().min(1),
    grid,
    seed: z.int(),
    as_of: z.iso.datetime(),
  }),
  result: z.object({ candidate: z.string() }),
  submission: 'internal',
  attempts: 3,
  backoffMs: 1_000,
})

export const prune = defineJob({
  name: 'prune',
  queue: 'maintenance',
  description: 'Drop what is older than its retention: hourly observations, finished runs, logs, old scans.',
  payload: z.object({}),
  result: z.object({ deleted: count }),
  submission: 'public',
  attempts: 3,
  backoffMs: 5_000,
  key: () => 'all',
})

export const refreshCatalogue = defineJob({
  name: 'refresh-catalogue',
  queue: 'collection',
  description: 'Refresh the list of protocols and queue a backfill for each new one.',
  payload: z.object({}),
  result: z.object({ protocols: count, backfills_queued: count, refused: count }),
  submission: 'public',
  attempts: 8,
  backoffMs: 2_000,
  key: () => 'all',
})

export const scanProtocols = defineJob({
  name: 'scan-protocols',
  queue: 'anomaly',
  description: 'Score every protocol with the current anomaly model, write the scan and raise alerts.',
  payload: z.object({}),
  result: z.object({
    scan_id: z.uuid().nullable(),
    total_protocols: count,
    anomalies_detected: count,
    normal_protocols: count,
    insufficient_data: count,
  }),
  submission: 'public',
  attempts: 5,
  backoffMs: 1_000,
})

export const scoreProtocols = defineJob({
  name: 'score-protocols',
  queue: 'anomaly',
  description: 'Give every protocol its risk level, probabilities and SHAP values by the current risk model.',
  payload: z.object({}),
  result: z.object({ scored: count, abstained: count }),
  submission: 'public',
  attempts: 5,
  backoffMs: 1_000,
  key: () => 'all',
})

export const trainModels = defineJob({
  name: 'train-models',
  queue: 'training',
  description:
    'Compare candidates on the same folds, refit the best, register it and decide on its promotion.',
  payload: z.object({
    family: modelFamily.default('risk'),
    seed: z.int().min(0).max(2_147_483_647).default(42),
    /** `quick` tries one configuration per algorithm, `full` nine, each on raw features and on ranks. */
    grid: grid.default('full'),
    /** `never` registers the model and leaves the current one in its place. */
    promotion: z.enum(['decide', 'never']).default('decide'),
    /** What asked for the training, told in the model's own reason. */
    requested_because: z.string().max(500).optional(),
  }),
  result: z.object({
    model_id: z.uuid(),
    version: z.int(),
    algorithm: z.string(),
    promoted: z.boolean(),
    reason: z.string(),
  }),
  submission: 'public',
  attempts: 4,
  backoffMs: 1_000,
  // Who waits for a new current model is not served by one that stays aside.
  key: ({ family, promotion }) => (promotion === 'never' ? `${family}, aside` : family),
})

/** Every job there is; the pages, the API and the workers are made from this list. */
export const jobs = {
  'backfill-prices': backfillPrices,
  'backfill-protocol': backfillProtocol,
  'build-features': buildFeatures,
  'close-horizons': closeHorizons,
  'collect-incidents': collectIncidents,
  'collect-snapshot': collectSnapshot,
  'deliver-alert': deliverAlert,
  'evaluate-candidate': evaluateCandidate,
  prune,
  'refresh-catalogue': refreshCatalogue,
  'scan-protocols': scanProtocols,
  'score-protocols': scoreProtocols,
  'train-models': trainModels,
} as const

export type JobName = keyof typeof jobs
export type PayloadInput<N extends JobName> = z.input<(typeof jobs)[N]['payload']>
export type Payload<N extends JobName> = z.output<(typeof jobs)[N]['payload']>
export type Result<N extends JobName> = z.output<(typeof jobs)[N]['result']>

export const isJobName = (name: string): name is JobName => Object.hasOwn(jobs, name)
export const jobNames = Object.keys(jobs).filter(isJobName)
export const publicJobNames = jobNames.filter((name) => jobs[name].submission === 'public')
