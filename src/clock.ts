import type { RedisConnection } from '../queues/connection.ts'

/** What time it is on the market. Jobs and retries run on the wall clock; data and models on this one. */
export interface DataClock {
  now(): Promise<Date>
  /** What `now` said last, for those who cannot wait. */
  latest(): Date
}

export const wallClock: DataClock = { now: () => Promise.resolve(new Date()), latest: () => new Date() }

const freshForMs = 500

/** The clock of a local market server: its as-of instant, which stands still or runs at the market's own speed. */
export function createMarketClock(marketUrl: string): DataClock {
  let known: { asOf: Date; readAt: number } | undefined
  return {
    async now() {
      if (known && performance.now() - known.readAt < freshForMs) return known.asOf
      const response = await fetch(`${marketUrl}/market`, { signal: AbortSignal.timeout(5_000) })
      if (!response.ok) throw new Error(`The market server at ${marketUrl} answered ${response.status}`)
      const { as_of } = (await response.json()) as { as_of: string }
      known = { asOf: new Date(as_of), readAt: performance.now() }
      return known.asOf
    },
    latest() {
      if (!known) throw new Error('The market clock was not read yet')
      return known.asOf
    },
  }
}

/** @returns how far this machine's clock is ahead of Redis's, in milliseconds */
export async function clockSkewMs(redis: Pick<RedisConnection, 'time'>): Promise<number> {
  const before = Date.now()
  const [seconds, microseconds] = (await redis.time()).map(Number) as [number, number]
  const after = Date.now()
  return (before + after) / 2 - (seconds * 1000 + microseconds / 1000)
}
