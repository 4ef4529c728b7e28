import type { Logger } from 'pino'
import type { Producer } from '../queues/producer.ts'
import type { WorkerMetrics } from '../src/metrics/worker-metrics.ts'

/** Brings schedules back that Redis has lost or stopped following, and says which. @returns how many */
export async function watchSchedules(
  producer: Producer,
  log: Logger,
  { mendedSchedules }: Pick<WorkerMetrics, 'mendedSchedules'>,
  now: number = Date.now(),
): Promise<number> {
  const mended = await producer.mendSchedules(now)
  for (const { id, reason } of mended) {
    mendedSchedules.inc({ reason })
    if (reason === 'stopped') log.warn({ schedule: id }, 'a schedule had stopped; it was set again')
    else log.info({ schedule: id, reason }, 'schedule set')
  }
  return mended.length
}
