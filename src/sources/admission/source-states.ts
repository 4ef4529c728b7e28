import type { Cluster, Redis } from 'ioredis'
import { sourceNames, type SourceName } from '../../domain/market.ts'
import { admissionKeys } from './admission-keys.ts'
import { readScript } from './admission-scripts.ts'
import { parseBudget } from './budget.ts'

export type CircuitState = 'closed' | 'half-open' | 'open'

/** What `GET /sources` and the metrics show of one source. */
export interface SourceState {
  readonly source: SourceName
  /** `calls/seconds`, such as `10/60s`; null before the first call. */
  readonly budget: string | null
  /** Calls admitted in the last window. */
  readonly callsInWindow: number
  readonly circuit: CircuitState
  readonly openUntil: Date | null
  /** The upstream asked every process to wait until then. */
  readonly pausedUntil: Date | null
  readonly lastError: string | null
  readonly lastErrorAt: Date | null
  readonly lastSuccessAt: Date | null
}

/** The state of every source as the processes share it. @param prefix as given to `createRedisAdmission` */
export function readSourceStates(redis: Redis | Cluster, prefix: string): Promise<SourceState[]> {
  return Promise.all(sourceNames.map((source) => readSourceState(redis, prefix, source)))
}

async function readSourceState(
  redis: Redis | Cluster,
  prefix: string,
  source: SourceName,
): Promise<SourceState> {
  const keys = admissionKeys(prefix, source)
  const budget = await redis.hget(keys.state, 'budget')
  const windowMs = budget === null ? 0 : parseBudget(budget).windowMs
  const [clock, calls, flat] = (await redis.eval(readScript, 2, keys.log, keys.state, windowMs)) as [
    string,
    number,
    string[],
  ]
  const now = Number(clock)
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i]!, flat[i + 1]!)
  const instant = (name: string): Date | null => {
    const value = fields.get(name)
    return value === undefined ? null : new Date(Number(value))
  }
  const openUntil = instant('openUntil')
  const pausedUntil = instant('pausedUntil')
  return {
    source,
    budget,
    callsInWindow: calls,
    circuit: openUntil === null ? 'closed' : openUntil.getTime() > now ? 'open' : 'half-open',
    openUntil,
    pausedUntil: pausedUntil !== null && pausedUntil.getTime() > now ? pausedUntil : null,
    lastError: fields.get('lastError') ?? null,
    lastErrorAt: instant('lastErrorAt'),
    lastSuccessAt: instant('lastSuccessAt'),
  }
}
