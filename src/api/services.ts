import type { Config } from '../config.ts'
import type { Db } from '../db/connection.ts'
import type { SourceName } from '../domain/market.ts'
import type { Logger } from '../logger.ts'
import type { FleetView } from '../metrics/fleet-view.ts'
import type { Metrics } from '../metrics/web-metrics.ts'
import type { RunWatcher } from './run-watcher.ts'
import type { Principal } from './scopes.ts'

export interface SourceState {
  readonly source: SourceName
  readonly callsInWindow: number
  readonly circuit: 'closed' | 'half-open' | 'open'
  readonly openUntil: Date | null
  readonly pausedUntil: Date | null
  readonly lastError: string | null
  readonly lastErrorAt: Date | null
  readonly lastSuccessAt: Date | null
}

/** What the routes work with. */
export interface ApiServices {
  readonly config: Config
  readonly db: Db
  readonly logger: Logger
  readonly metrics: Metrics
  /** What all processes share; its gauges stand in the same registry. */
  readonly fleet: FleetView
  /** Whether Redis answers, within a bounded time. */
  readonly isRedisUp: () => Promise<boolean>
  /** The step that the database must have taken. */
  readonly newestMigration: string
  /** What the processes share about each source; undefined while Redis is away. */
  readonly readSourceStates: () => Promise<readonly SourceState[] | undefined>
  readonly runWatcher: RunWatcher
}

/** The services for one request; `db` is the transaction of its Idempotency-Key, where there is one. */
export interface RequestContext extends ApiServices {
  readonly principal: Principal
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal
}
