import { expect } from 'vitest'
import { promise } from './harness/promise.ts'
import { openStage } from './harness/stage.ts'

const stage = await openStage({ protocols: 5, days: 10 })

/** A module that moves this process's clock before anything else is loaded. */
const shifted = (ms: number): string => {
  const source = `const real = Date; const shift = ${ms};
    globalThis.Date = class extends real {
      constructor(...words) { super(...(words.length > 0 ? words : [real.now() + shift])) }
      static now() { return real.now() + shift }
    }`
  return `--import=data:text/javascript,${encodeURIComponent(source)}`
}

promise(
  'R14',
  {
    injected: 'workers whose clock is an hour ahead and an hour behind',
    expected: 'refused at their start',
    timeoutMs: 60_000,
  },
  async (tell) => {
    for (const [direction, ms] of [
      ['ahead of', 3_600_000],
      ['behind', -3_600_000],
    ] as const) {
      const worker = stage.run('collector', { NODE_OPTIONS: shifted(ms) })
      expect(await worker.ended).toBe(2)
      expect(worker.output()).toMatch(
        new RegExp(`^This machine's clock is 3[56]\\d{5} ms ${direction} Redis's`),
      )
    }
    const sound = stage.run('collector')
    await sound.health()
    expect(await sound.stop()).toBe(0)
    tell({ refused: 2, 'sound clock': 'starts' })
  },
)
