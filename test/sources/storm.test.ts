import { describe, expect, it } from 'vitest'
import { measureStorm } from '../../bench/collection/storm.ts'
import { testRedis } from '../support/redis.ts'

const { url } = testRedis()

describe('a minute of every fault that a source can play', () => {
  it(
    'crashes nothing, stores no bad row, and leaves nothing out once it is over',
    { timeout: 150_000 },
    async () => {
      const figures = await measureStorm(url, 1)
      expect(figures.filter(({ met }) => met === false)).toEqual([])
      expect(figures.length).toBeGreaterThan(3)
    },
  )
})
