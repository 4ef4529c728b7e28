import type { RedisConnection } from '../queues/connection.ts'
import { reliability } from '../queues/settings.ts'
import { clockSkewMs } from '../src/clock.ts'
import { InputError } from '../src/errors.ts'

/** Delayed jobs trust the worker's clock: with a wrong one they would run too early or too late. @throws InputError */
export async function checkClock(redis: RedisConnection): Promise<void> {
  const skewMs = Math.round(await clockSkewMs(redis))
  if (Math.abs(skewMs) > reliability.maxClockSkewMs)
    throw new InputError(
      `This machine's clock is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} Redis's; at most ` +
        `${reliability.maxClockSkewMs} ms is allowed. Synchronise the clocks (NTP) and start again.`,
    )
}
