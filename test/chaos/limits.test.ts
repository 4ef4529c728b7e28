import { expect } from 'vitest'
import type { measureLimits as Measure } from '../../bench/collection/limits.ts'
import { promise } from './harness/promise.ts'
import { scale, scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'

const stage = await openStage({ protocols: 1 })
/** Its callers are processes, which run compiled code. */
const compiled = '../../dist/bench/collection/limits.js'
const { measureLimits } = (await import(compiled)) as { measureLimits: typeof Measure }

const runs = scaled(10)
const isFull = scale === 1
const windowMs = isFull ? 60_000 : 20_000
/** What a busy machine delays by moments weighs three times as much in a window that is a third as long. */
const leastUse = isFull ? 0.95 : 0.85

promise(
  'R11',
  {
    injected: `${runs} × 3 worker processes that never run out of calls, a kill -9 each half window, storms of 429`,
    expected: `≤ 10 and ≤ 100 calls in any ${windowMs / 1000} s, ≥ ${100 * leastUse} % of the budget used`,
    timeoutMs: 120_000 + Math.ceil(runs / 5) * 4 * windowMs,
  },
  async (tell) => {
    const figures = await measureLimits({
      redisUrl: stage.redis.url,
      runs,
      sideBySide: 5,
      windowMs,
      windows: isFull ? 3 : 2,
    })
    for (const { name, value, goal } of figures) {
      tell({ [name]: value! })
      if (goal!.startsWith('<=')) expect(value, name).toBeLessThanOrEqual(Number(goal!.slice(3)))
      else expect(value, name).toBeGreaterThanOrEqual(leastUse)
    }
    expect(figures).toHaveLength(4)
  },
)
