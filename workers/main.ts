import type { Worker } from 'bullmq'
import { type QueueName, queueNames } from '../queues/contract.ts'
import { reliability } from '../queues/settings.ts'
import { loadServiceConfig } from '../src/config.ts'
import { runEntry } from '../src/entry.ts'
import { InputError } from '../src/errors.ts'
import { createLogger } from '../src/logger.ts'
import { openTracing } from '../src/tracing/open-tracing.ts'
import { checkClock } from './clock-skew.ts'
import { createWorker } from './create-worker.ts'
import { handlers } from './handlers.ts'
import { watchLiveness } from './liveness.ts'
import { startMaintenance } from './maintenance.ts'
import { measureWorker } from './measure.ts'
import { openPlatform } from './platform.ts'
import { openProcessHealth } from './process-health.ts'
import { shutdown } from './run.ts'

/** `node dist/workers/main.js <queue>…`: works on these queues until it is told to stop. */
await runEntry(async () => {
  const queues = parseQueues(process.argv.slice(2))
  const config = loadServiceConfig()
  await using _tracing = await openTracing(config)
  const log = createLogger(config, queues.join('+'))
  await using platform = await openPlatform(config, queues.join('+'), log)
  await checkClock(platform.connection)

  const workers = queues.map((queue) => createWorker(queue, handlers, platform, platform.connection))
  for (const worker of workers) measureWorker(worker, platform.metrics)
  await using _maintenance = queues.includes('maintenance') ? startMaintenance(platform) : undefined
  using liveness = watchLiveness(queues, platform)
  await using health = await openProcessHealth(config, platform, liveness)
  log.info({ queues, health: health?.url }, 'working')

  await stopSignal()
  log.info('stopping')
  setTimeout(() => {
    // Such as a connection that waits for a server that is away: the jobs are found by other workers.
    log.error('not stopped in time, so at once')
    process.exit(1)
  }, reliability.shutdownGraceMs + reliability.shutdownReserveMs).unref()
  await closeWithin(workers, reliability.shutdownGraceMs)
})

function parseQueues(names: readonly string[]): QueueName[] {
  const allowed: readonly string[] = queueNames
  const unknown = names.filter((name) => !allowed.includes(name))
  if (names.length === 0 || unknown.length > 0)
    throw new InputError(
      `Expected one or more of the queues ${queueNames.join(', ')}, got ${unknown.join(', ') || 'none'}`,
    )
  return names as QueueName[]
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** Lets running jobs finish; those that take longer than the grace are handed back to their queue. */
async function closeWithin(workers: readonly Worker[], graceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const worker of workers) worker.cancelAllJobs(shutdown)
  }, graceMs)
  await Promise.all(workers.map((worker) => worker.close()))
  clearTimeout(timer)
}
