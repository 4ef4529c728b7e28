import type { JobName, PayloadInput } from './jobs.ts'

export interface Schedule<N extends JobName = JobName> {
  /** The id of the BullMQ job scheduler. */
  readonly id: string
  readonly job: N
  readonly payload: PayloadInput<N>
  /** Cron, UTC. */
  readonly pattern: string
}

const schedule = <N extends JobName>(
  id: string,
  job: N,
  pattern: string,
  payload: PayloadInput<N>,
): Schedule<N> => ({
  id,
  job,
  payload,
  pattern,
})

/** The repeatable jobs. A missed tick collapses into one run; every run writes by slot, so a tick that runs twice changes nothing. */
export const schedules: readonly Schedule[] = [
  schedule('hourly-features', 'build-features', '10 * * * *', {}),
  schedule('daily-horizons', 'close-horizons', '0 1 * * *', {}),
  schedule('daily-incidents', 'collect-incidents', '40 0 * * *', {}),
  schedule('quarter-hourly-snapshot', 'collect-snapshot', '*/15 * * * *', {}),
  schedule('daily-prune', 'prune', '30 3 * * *', {}),
  schedule('daily-catalogue', 'refresh-catalogue', '20 0 * * *', {}),
  schedule('hourly-scan', 'scan-protocols', '15 * * * *', {}),
  schedule('weekly-anomaly-training', 'train-models', '0 2 * * 0', { family: 'anomaly' }),
  schedule('weekly-risk-training', 'train-models', '0 2 * * 0', { family: 'risk' }),
]
