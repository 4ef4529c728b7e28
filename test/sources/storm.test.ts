import { expect } from 'vitest'
import { measureStorm } from '../../bench/collection/storm.ts'
import { promise } from '../chaos/harness/promise.ts'
import { scaled } from '../chaos/harness/size.ts'
import { testRedis } from '../support/redis.ts'

const { url } = testRedis()
const minutes = scaled(10)

promise(
  'R10',
  {
    injected: `${minutes} min of every fault that a source can play`,
    expected: '0 crashes, 0 bad rows, Retry-After honoured, nothing left out once it is over',
    timeoutMs: 90_000 + minutes * 60_000,
  },
  async (tell) => {
    const figures = await measureStorm(url, minutes)
    for (const { name, value } of figures) tell({ [name.replace('storm: ', '')]: value ?? 'none' })
    expect(figures.filter(({ met }) => met === false)).toEqual([])
    expect(figures.length).toBeGreaterThan(3)
  },
)
