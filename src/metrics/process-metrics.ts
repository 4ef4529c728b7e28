import type { Pool } from 'pg'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { RedisConnection } from '../../queues/connection.ts'
import { clockSkewMs } from '../clock.ts'

/** What every process tells of itself: CPU, memory, garbage collection and the lag of its event loop. */
export function createProcessRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'tidegauge_' })
  return registry
}

/** The connections of this process to Postgres. */
export function watchPool(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'tidegauge_db_pool_connections',
    help: 'Connections of this process to Postgres, busy and idle',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
    },
  })
  new Gauge({
    name: 'tidegauge_db_pool_size',
    help: 'Connections to Postgres that this process may open',
    registers: [registry],
    collect() {
      this.set(pool.options.max)
    },
  })
  new Gauge({
    name: 'tidegauge_db_pool_waiting',
    help: 'Queries of this process that wait for a connection to Postgres',
    registers: [registry],
    collect() {
      this.set(pool.waitingCount)
    },
  })
}

/** @param redis must answer or fail by itself: a scrape waits for it */
export function watchClock(registry: Registry, redis: RedisConnection): void {
  new Gauge({
    name: 'tidegauge_clock_skew_seconds',
    help: 'How far the clock of this machine is ahead of the clock of Redis; absent while Redis is away',
    registers: [registry],
    async collect() {
      this.remove()
      const skewMs = await clockSkewMs(redis).catch(() => undefined)
      if (skewMs !== undefined) this.set(skewMs / 1000)
    },
  })
}
