import type { Redis } from 'ioredis'
import { reliability } from '../queues/settings.ts'
import { InputError } from '../src/errors.ts'

/** @returns how far this machine's clock is ahead of Redis's, in milliseconds */
export async function clockSkewMs(redis: Redis): Promise<number> {
  const before = Date.now()
  const [seconds, microseconds] = (await redis.time()).map(Number) as [number, number]
  const after = Date.now()
  return (before + after) / 2 - (seconds * 1000 + microseconds / 1000)
}

/** Delayed jobs trust the worker's clock: with a wrong one they would run too early or too late. @throws InputError */
export async function checkClock(redis: Redis): Promise<void> {
  const skewMs = Math.round(await clockSkewMs(redis))
  if (Math.abs(skewMs) > reliability.maxClockSkewMs)
    throw new InputError(
      `This machine's clock is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} Redis's; at most ` +
        `${reliability.maxClockSkewMs} ms is allowed. Synchronise the clocks (NTP) and start again.`,
    )
}
