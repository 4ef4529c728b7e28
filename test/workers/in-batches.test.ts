import { expect, it } from 'vitest'
import { inBatches } from '../../workers/in-batches.ts'

interface Item {
  readonly id: string
  readonly isBad?: boolean
}

function recorder(): { batches: string[][]; call: (item: Item) => Promise<string | undefined> } {
  const batches: string[][] = []
  const call = inBatches<Item, string>(async (items) => {
    batches.push(items.map(({ id }) => id))
    await new Promise((resolve) => setImmediate(resolve))
    if (items.some(({ isBad }) => isBad)) throw new Error('refused')
    return new Map(items.filter(({ id }) => id !== 'unknown').map(({ id }) => [id, `done ${id}`]))
  })
  return { batches, call }
}

/** So many that a further one waits. */
const busy = ['w', 'x', 'y', 'z']

it('passes a lone call on at once and lets what comes meanwhile go together', async () => {
  const { batches, call } = recorder()
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => call({ id })))
  expect(answers).toEqual(['done a', 'done b', 'done c', 'done d', 'done e', 'done f'])
  expect(batches).toEqual([['a'], ['b'], ['c'], ['d'], ['e', 'f']])
  expect(await call({ id: 'unknown' })).toBeUndefined()
})

it('has one call of each id in a batch, so that a run that starts twice is started twice', async () => {
  const { batches, call } = recorder()
  await Promise.all([...busy, 'a', 'a', 'b'].map((id) => call({ id })))
  expect(batches).toEqual([...busy.map((id) => [id]), ['a', 'b'], ['a']])
})

it('lets one bad call spoil no other', async () => {
  const { batches, call } = recorder()
  const others = busy.map((id) => call({ id }))
  const calls = [{ id: 'a' }, { id: 'b', isBad: true }, { id: 'c' }].map(call)
  const outcomes = await Promise.allSettled(calls)
  await Promise.all(others)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(batches.slice(busy.length)).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
})
