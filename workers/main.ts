import type { Worker } from 'bullmq'
import { type QueueName, queueNames } from '../queues/contract.ts'
import { reliability } from '../queues/settings.ts'
import { loadServiceConfig } from '../src/config.ts'
import { runEntry } from '../src/entry.ts'
import { InputError } from '../src/errors.ts'
import { createLogger } from '../src/logger.ts'
import { checkClock } from './clock-skew.ts'
import { createWorker } from './create-worker.ts'
import { handlers } from './handlers.ts'
import { startMaintenance } from './maintenance.ts'
import { openPlatform } from './platform.ts'
import { shutdown } from './run.ts'

/** `node dist/workers/main.js <queue>…`: works on these queues until it is told to stop. */
await runEntry(async () => {
  const queues = parseQueues(process.argv.slice(2))
  const config = loadServiceConfig()
  const log = createLogger(config, queues.join('+'))
  await using platform = await openPlatform(config, queues.join('+'), log)
  await checkClock(platform.connection)

  const workers = queues.map((queue) => createWorker(queue, handlers, platform, platform.connection))
  await using _maintenance = queues.includes('maintenance') ? startMaintenance(platform) : undefined
  log.info({ queues }, 'working')

  await stopSignal()
  log.info('stopping')
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
