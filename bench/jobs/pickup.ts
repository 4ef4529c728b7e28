import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordRun } from '../../src/db/job-runs.ts'
import { describeRun, submitJob } from '../../src/jobs/submit.ts'
import { createWorker } from '../../workers/create-worker.ts'
import { handlers } from '../../workers/handlers.ts'
import { startMaintenance } from '../../workers/maintenance.ts'
import type { Platform } from '../../workers/platform.ts'
import { figure, type Figure, quantile } from '../report.ts'

const samples = 1_000
const everyMs = 10

/** How long a job that finds an idle worker waits until its handler runs. */
export async function measurePickup(platform: Platform): Promise<Figure[]> {
  const addedAt = new Map<string, number>()
  const waits: number[] = []
  const handler = ({ delivery_id: id }: { delivery_id: string }) => {
    waits.push(performance.now() - addedAt.get(id)!)
    return Promise.resolve({ status: 200 })
  }
  const worker = createWorker(
    'alerts',
    { ...handlers, 'deliver-alert': handler },
    platform,
    platform.connection,
  )
  await worker.waitUntilReady()

  for (let i = 0; i < samples; i++) {
    const id = randomUUID()
    const run = describeRun('deliver-alert', { delivery_id: id }, { origin: 'job' })
    await recordRun(platform.db, run)
    addedAt.set(id, performance.now())
    await platform.producer.addRuns([{ ...run, name: 'deliver-alert' }])
    await sleep(everyMs)
  }
  await until(() => waits.length === samples)
  const fromQueue = waits.splice(0)

  await using _maintenance = startMaintenance(platform)
  for (let i = 0; i < samples / 10; i++) {
    const id = randomUUID()
    addedAt.set(id, performance.now())
    await submitJob(platform.db, 'deliver-alert', { delivery_id: id }, { origin: 'api', lane: 'user' })
    await sleep(37)
  }
  await until(() => waits.length === samples / 10)
  await worker.close()
  const detail = (list: readonly number[]) => `median ${quantile(list, 0.5).toFixed(1)} ms`
  return [
    figure({
      name: 'pickup by an idle worker, p99',
      value: quantile(fromQueue, 0.99),
      unit: 'ms',
      goal: '<= 15',
      detail: `${detail(fromQueue)}, from the hand-over to the handler, ${samples} jobs`,
    }),
    figure({
      name: 'submission to handler through the outbox, p99',
      value: quantile(waits, 0.99),
      unit: 'ms',
      detail: detail(waits),
    }),
  ]
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await sleep(5)
}
