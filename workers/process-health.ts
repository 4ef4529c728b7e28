import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ServiceConfig } from '../src/config.ts'
import { type HealthServer, serveHealth } from './health.ts'
import type { Liveness } from './liveness.ts'
import type { Platform } from './platform.ts'

/** A probe has its answer by then. */
const answerWithinMs = 1_000

/** The health of this process over HTTP, where the configuration names a port. */
export async function openProcessHealth(
  { http, workerPort }: ServiceConfig,
  platform: Pick<Platform, 'connection' | 'db' | 'metrics'>,
  liveness: Liveness,
): Promise<HealthServer | undefined> {
  if (workerPort === undefined) return undefined
  const { registry } = platform.metrics
  return serveHealth(
    { host: http.host, port: workerPort },
    { registry, stuck: liveness.stuckQueues, isReady: () => servicesAnswer(platform) },
  )
}

async function servicesAnswer({ db, connection }: Pick<Platform, 'connection' | 'db'>): Promise<boolean> {
  const answers = Promise.all([sql`select 1`.execute(db), connection.ping()]).then(
    () => true,
    () => false,
  )
  return Promise.race([answers, sleep(answerWithinMs, false, { ref: false })])
}
