import type { QueueName } from '../queues/contract.ts'

/** Which queues this process holds jobs of, and when it last took or gave back one. */
export interface Activity {
  /** A job was taken. @returns a function to call when it is given back */
  hold(queue: QueueName): () => void
  held(queue: QueueName): number
  /** On the clock of `performance.now()`; the making of this record counts as the first move. */
  lastMoveAt(queue: QueueName): number
}

export function createActivity(): Activity {
  const bornAt = performance.now()
  const held = new Map<QueueName, number>()
  const movedAt = new Map<QueueName, number>()
  const change = (queue: QueueName, by: number): void => {
    held.set(queue, (held.get(queue) ?? 0) + by)
    movedAt.set(queue, performance.now())
  }
  return {
    hold(queue) {
      change(queue, 1)
      return () => change(queue, -1)
    },
    held: (queue) => held.get(queue) ?? 0,
    lastMoveAt: (queue) => movedAt.get(queue) ?? bornAt,
  }
}
