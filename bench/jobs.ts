import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { loadServiceConfig } from '../src/config.ts'
import { openPlatform } from '../workers/platform.ts'
import { startOwnServices } from './collection/own-services.ts'
import { measureEnqueueing } from './jobs/enqueueing.ts'
import { measurePickup } from './jobs/pickup.ts'
import { measureThroughput } from './jobs/throughput.ts'
import type { Figure } from './report.ts'

/** What the record of every run costs: beside BullMQ alone, and beside the two inserts that it cannot do without. */
export async function run(): Promise<Figure[]> {
  await using services = await startOwnServices()
  const config = loadServiceConfig({
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    TIDEGAUGE_PREFIX: `{bench-${randomUUID()}}`,
    TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:9',
    TIDEGAUGE_CONCURRENCY_ALERTS: '64',
  })
  await using platform = await openPlatform(config, 'bench', pino({ level: 'silent' }))
  return [
    ...(await measureThroughput(platform)),
    ...(await measurePickup(platform)),
    ...(await measureEnqueueing(platform, services.databaseUrl)),
  ]
}
