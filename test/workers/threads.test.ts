import { afterAll, expect, it } from 'vitest'
import { buildSamples } from '../../src/training/samples.ts'
import type * as threadsModule from '../../workers/threads.ts'
import { drawHistories, lastDrawnDay } from '../training/drawn-histories.ts'

// Threads load compiled code, so the pool itself is the compiled one.
const compiled = new URL('../../dist/workers/threads.js', import.meta.url).href
const { createThreads } = (await import(compiled)) as typeof threadsModule
let stuck = 0
const threads = createThreads(1, { stuckAfterMs: 500, onStuck: () => stuck++ })
afterAll(() => threads.close())

const { signal } = new AbortController()
const inputOf = (protocols: number, days: number) => ({
  histories: drawHistories(protocols, days),
  knownUpToDay: lastDrawnDay(days),
})

it(
  'ends a computation that shows no progress, says so, and goes on with the next',
  { timeout: 60_000 },
  async () => {
    // Several seconds of work that never says how far it is.
    const endless = threads.run('gatherSamples', inputOf(500, 1_200), { signal })
    await expect(endless).rejects.toMatchObject({
      name: 'StuckThreadError',
      message: 'The computation "gatherSamples" showed no progress for 0.5 s and was ended',
    })
    expect(stuck).toBe(1)
    const small = inputOf(20, 60)
    expect(await threads.run('gatherSamples', small, { signal })).toEqual(
      buildSamples(small.histories, small.knownUpToDay),
    )
  },
)
