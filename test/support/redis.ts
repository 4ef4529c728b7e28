import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, inject } from 'vitest'

export interface TestRedis {
  readonly url: string
  /** For BullMQ: the keys of this file and of no other; they are removed after it. */
  readonly prefix: string
}

/** The run's Redis with a prefix of its own for a test file. Call it at the top of the file. */
export function testRedis(): TestRedis {
  const url = inject('TIDEGAUGE_TEST_REDIS_URL')
  const prefix = `{test-${randomUUID()}}`
  afterAll(() => removeKeys(url, prefix))
  return { url, prefix }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url)
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.unlink(keys)
  await redis.quit()
}
