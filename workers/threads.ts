import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { reliability } from '../queues/settings.ts'
import { PermanentError } from '../src/errors.ts'
import type * as tasks from './tasks.ts'
import type { ThreadMessage } from './thread-entry.ts'

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

/** A thread that has shown no progress for so long that nothing will come of it. */
export class StuckThreadError extends PermanentError {
  override name = 'StuckThreadError'
}

export interface ThreadsOptions {
  /** A task that shows no progress for this long is ended with its thread. */
  readonly stuckAfterMs?: number
  /** Called when one was. */
  readonly onStuck?: () => void
}

export function createThreads(
  maxThreads: number,
  { stuckAfterMs = reliability.stuckThreadMs, onStuck }: ThreadsOptions = {},
): Threads {
  const pool = new Piscina({
    // Threads load compiled code: a .ts file does not load in a worker thread on Node 20.
    filename: new URL('./thread-entry.js', import.meta.url).href,
    name: 'run',
    minThreads: 0,
    maxThreads,
    idleTimeout: 30_000,
  })
  return {
    async run<T extends TaskName>(task: T, input: TaskInput<T>, { signal, onProgress }: TaskOptions) {
      const { port1, port2 } = new MessageChannel()
      const watchdog = startWatchdog(task, stuckAfterMs)
      port1.on('message', (message: ThreadMessage) => {
        watchdog.calm()
        if (message !== 'started') onProgress?.(message)
      })
      try {
        const order = { task, input: { ...input, progressPort: port2 } }
        const signals = AbortSignal.any([signal, watchdog.signal])
        return (await pool.run(order, { signal: signals, transferList: [port2] })) as TaskResult<T>
      } catch (error) {
        if (!watchdog.signal.aborted) throw error
        onStuck?.()
        throw watchdog.signal.reason
      } finally {
        watchdog[Symbol.dispose]()
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}

interface Watchdog extends Disposable {
  /** Aborted when it was not calmed in time; it begins to watch when it is calmed first. */
  readonly signal: AbortSignal
  calm(): void
}

function startWatchdog(task: TaskName, stuckAfterMs: number): Watchdog {
  const controller = new AbortController()
  const message = `The computation "${task}" showed no progress for ${stuckAfterMs / 1000} s and was ended`
  let timer: NodeJS.Timeout | undefined
  return {
    signal: controller.signal,
    calm() {
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(new StuckThreadError(message)), stuckAfterMs)
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
