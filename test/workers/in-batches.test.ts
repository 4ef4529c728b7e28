import { setImmediate } from 'node:timers/promises'
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
    await setImmediate()
    if (items.some(({ isBad }) => isBad)) throw new Error('refused')
    return new Map(items.filter(({ id }) => id !== 'unknown').map(({ id }) => [id, `done ${id}`]))
  })
  return { batches, call }
}

it('has the calls of one turn go together, and those that come while they are under way', async () => {
  const { batches, call } = recorder()
  const first = ['a', 'b'].map((id) => call({ id }))
  await setImmediate()
  expect(batches).toEqual([['a', 'b']])
  const then = ['c', 'd', 'unknown'].map((id) => call({ id }))
  expect(await Promise.all([...first, ...then])).toEqual(['done a', 'done b', 'done c', 'done d', undefined])
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd', 'unknown'],
  ])
  expect(await call({ id: 'e' })).toBe('done e')
})

it('has one call of each id in a batch, so that a run that starts twice is started twice', async () => {
  const { batches, call } = recorder()
  await Promise.all(['a', 'a', 'b'].map((id) => call({ id })))
  expect(batches).toEqual([['a', 'b'], ['a']])
})

it('lets one bad call spoil no other', async () => {
  const { batches, call } = recorder()
  const calls = [{ id: 'a' }, { id: 'b', isBad: true }, { id: 'c' }].map(call)
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
})
