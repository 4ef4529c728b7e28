import { setImmediate } from 'node:timers/promises'
import { isDatabaseAway } from '../src/db/errors.ts'

interface Call<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Keeps one statement from growing without end. */
const maxItems = 500

/**
 * Calls of one turn of the event loop, and those that come while a batch is under way, go together in the next: a lone call waits
 * for nobody, and many cost little more than one. A batch that fails is tried call by call, so that one bad item spoils no other.
 * @param work answers by id; at most one item of each id is in a batch
 */
export function inBatches<Item extends { readonly id: string }, Result>(
  work: (items: readonly Item[]) => Promise<ReadonlyMap<string, Result>>,
): (item: Item) => Promise<Result | undefined> {
  let waiting: Call<Item, Result>[] = []
  let isDraining = false

  const settle = async (batch: readonly Call<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item))
      for (const { item, resolve } of batch) resolve(results.get(item.id))
    } catch (error) {
      if (batch.length > 1 && !isDatabaseAway(error)) for (const call of batch) await settle([call])
      else for (const { reject } of batch) reject(error)
    }
  }
  const drain = async (): Promise<void> => {
    isDraining = true
    while (waiting.length > 0) {
      await setImmediate()
      const batch = new Map<string, Call<Item, Result>>()
      const later: Call<Item, Result>[] = []
      for (const call of waiting)
        if (batch.size < maxItems && !batch.has(call.item.id)) batch.set(call.item.id, call)
        else later.push(call)
      waiting = later
      await settle([...batch.values()])
    }
    isDraining = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!isDraining) void drain()
    })
}
