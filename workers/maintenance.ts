import { setTimeout as sleep } from 'node:timers/promises'
import { reliability } from '../queues/settings.ts'
import { relayOutbox } from './outbox-relay.ts'
import { advancePipeline } from './pipeline.ts'
import type { Platform } from './platform.ts'
import { reconcileRuns } from './reconciler.ts'

interface Loop {
  readonly name: string
  readonly everyMs: number
  /** @returns how much there was to do; as long as there is more, it is called again at once */
  readonly turn: () => Promise<number>
}

/**
 * The loops that keep the record and the queues together. They are no jobs themselves, because they must work when Redis has
 * lost its jobs and schedules. Any number of processes may run them at the same time.
 */
export function startMaintenance({ db, producer, log }: Platform): AsyncDisposable {
  const stopping = new AbortController()
  const loops: readonly Loop[] = [
    { name: 'relay-outbox', everyMs: reliability.outboxPollMs, turn: () => relayOutbox(db, producer) },
    {
      name: 'reconcile-runs',
      everyMs: reliability.reconcileEveryMs,
      async turn() {
        await producer.upsertSchedules()
        await reconcileRuns(db, producer, log)
        await advancePipeline(db)
        return 0
      },
    },
  ]
  const running = loops.map(async ({ name, everyMs, turn }) => {
    while (!stopping.signal.aborted) {
      let pauseMs = everyMs
      try {
        if ((await turn()) > 0) pauseMs = 0
      } catch (err) {
        log.warn({ loop: name, err }, 'maintenance failed, will try again')
        pauseMs = reliability.maintenanceRetryMs
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}
