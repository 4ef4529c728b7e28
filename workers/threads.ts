import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type * as tasks from './tasks.ts'

type Tasks = typeof tasks
export type TaskName = keyof Tasks
export type TaskInput<T extends TaskName> = Omit<Parameters<Tasks[T]>[0], 'progressPort'>
export type TaskResult<T extends TaskName> = ReturnType<Tasks[T]>

export interface TaskOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (fraction: number) => void
}

/** CPU work beside the event loop, so that locks are renewed and pages are fetched while a forest grows. */
export interface Threads {
  /** An aborted signal ends the thread itself, wherever it is. */
  run<T extends TaskName>(task: T, input: TaskInput<T>, options: TaskOptions): Promise<TaskResult<T>>
  close(): Promise<void>
}

export function createThreads(maxThreads: number): Threads {
  const pool = new Piscina({
    // Threads load compiled code: a .ts file does not load in a worker thread on Node 20.
    filename: new URL('./tasks.js', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: 30_000,
  })
  return {
    async run<T extends TaskName>(task: T, input: TaskInput<T>, { signal, onProgress }: TaskOptions) {
      const { port1, port2 } = new MessageChannel()
      port1.on('message', (fraction: number) => onProgress?.(fraction))
      try {
        const options = { name: task, signal, transferList: [port2] }
        return (await pool.run({ ...input, progressPort: port2 }, options)) as TaskResult<T>
      } finally {
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}
