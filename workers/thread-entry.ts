import type { MessagePort } from 'node:worker_threads'
import * as tasks from './tasks.ts'
import type { TaskName } from './threads.ts'

/** Sent when a task begins; what follows are fractions of its work. */
export type ThreadMessage = 'started' | number

interface Order {
  readonly task: TaskName
  readonly input: { readonly progressPort: MessagePort }
}

/** What a thread of the pool does with an order. */
export function run({ task, input }: Order): unknown {
  input.progressPort.postMessage('started' satisfies ThreadMessage)
  return (tasks[task] as (input: unknown) => unknown)(input)
}
