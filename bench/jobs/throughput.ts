import { randomUUID } from 'node:crypto'
import { type Job, Queue, Worker } from 'bullmq'
import { jobs } from '../../queues/jobs.ts'
import { jobOptions, workerSettings } from '../../queues/settings.ts'
import { submitJobs } from '../../src/jobs/submit.ts'
import { createWorker } from '../../workers/create-worker.ts'
import { handlers } from '../../workers/handlers.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import type { Platform } from '../../workers/platform.ts'
import { alternate, figure, type Figure } from '../report.ts'

const jobsPerRound = 4_000
const result = { status: 200 }

/** No-op jobs that wait already, worked off by BullMQ alone and by our worker, at the same concurrency. */
export async function measureThroughput(platform: Platform): Promise<Figure[]> {
  const ms = await alternate({ bare: () => bareRound(platform), recorded: () => recordedRound(platform) })
  const perSecond = (took: number): number => (1000 * jobsPerRound) / took
  return [
    figure({
      name: 'throughput of recorded runs / bare BullMQ jobs',
      value: ms.bare / ms.recorded,
      unit: 'ratio',
      goal: '>= 0.5',
      detail: `${perSecond(ms.recorded).toFixed(0)} and ${perSecond(ms.bare).toFixed(0)} jobs/s, ${platform.concurrency.alerts} at a time`,
    }),
  ]
}

async function bareRound({ connection, prefix, concurrency }: Platform): Promise<number> {
  const name = `bare-${randomUUID()}`
  const queue = new Queue(name, { connection, prefix })
  const payload = { delivery_id: randomUUID() }
  const opts = jobOptions(jobs['deliver-alert'])
  await queue.addBulk(
    Array.from({ length: jobsPerRound }, () => ({
      name: 'no-op',
      data: payload,
      opts: { ...opts, jobId: randomUUID() },
    })),
  )
  const settings = { ...workerSettings, connection, prefix, concurrency: concurrency.alerts, autorun: false }
  const worker = new Worker(name, () => Promise.resolve(result), settings)
  const ms = await timeOf(worker)
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
  return ms
}

async function recordedRound(platform: Platform): Promise<number> {
  const queue = platform.producer.queues.get('alerts')!
  await queue.pause()
  const payloads = Array.from({ length: jobsPerRound }, () => ({ delivery_id: randomUUID() }))
  await submitJobs(platform.db, 'deliver-alert', payloads, { origin: 'job' })
  while ((await relayOutbox(platform.db, platform.producer)) > 0);
  const noOp = () => Promise.resolve(result)
  const worker = createWorker('alerts', { ...handlers, 'deliver-alert': noOp }, platform, platform.connection)
  await worker.waitUntilReady()
  const ms = await timeOf(worker, () => queue.resume())
  await worker.close()
  return ms
}

/** From the start until the last job has ended. */
async function timeOf(worker: Worker, start?: () => Promise<void>): Promise<number> {
  let ended = 0
  const done = new Promise<void>((resolve, reject) => {
    worker.on('completed', () => ++ended === jobsPerRound && resolve())
    worker.on('failed', (_job: Job | undefined, error) => reject(error))
  })
  const startedAt = performance.now()
  if (start) await start()
  else worker.run().catch(() => undefined)
  await done
  return performance.now() - startedAt
}
