import { setTimeout as sleep } from 'node:timers/promises'
import { reliability } from '../queues/settings.ts'
import { relayOutbox } from './outbox-relay.ts'
import { advancePipeline } from './pipeline.ts'
import type { Platform } from './platform.ts'
import { reconcileRuns } from './reconciler.ts'
import { watchSchedules } from './schedule-watch.ts'

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
export function startMaintenance({ db, producer, connection, log, troubles }: Platform): AsyncDisposable {
  const stopping = new AbortController()
  const returns = createDoorbell()
  const keepTurning = async (
    { name, everyMs, turn }: Loop,
    pause: (ms: number) => Promise<void>,
  ): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs = everyMs
      try {
        if ((await turn()) > 0) pauseMs = 0
      } catch (err) {
        troubles.report('maintenance failed, will try again', err, { loop: name })
        pauseMs = reliability.maintenanceRetryMs
      }
      await pause(pauseMs)
    }
  }
  const relay: Loop = {
    name: 'relay-outbox',
    everyMs: reliability.outboxPollMs,
    turn: () => relayOutbox(db, producer),
  }
  const reconcile: Loop = {
    name: 'reconcile-runs',
    everyMs: reliability.reconcileEveryMs,
    async turn() {
      await watchSchedules(producer, log)
      await reconcileRuns(db, producer, log)
      await advancePipeline(db)
      return 0
    },
  }
  const running = [
    keepTurning(relay, (ms) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)),
    keepTurning(reconcile, (ms) => returns.pause(ms, stopping.signal)),
  ]
  const onReturn = ringAtReturn(returns)
  connection.on('ready', onReturn)
  return {
    async [Symbol.asyncDispose]() {
      connection.off('ready', onReturn)
      stopping.abort()
      await Promise.all(running)
    },
  }
}

/** A Redis that was away may have lost runs: one look at once, and one when the youngest have become quiet. */
function ringAtReturn(returns: Doorbell): () => void {
  return () => {
    returns.ring()
    setTimeout(returns.ring, reliability.reconcileAfterMs + reliability.maintenanceRetryMs).unref()
  }
}

interface Doorbell {
  ring(): void
  /** Ends early when it is rung; a ring that came while nobody paused counts. */
  pause(ms: number, stop: AbortSignal): Promise<void>
}

function createDoorbell(): Doorbell {
  let bell = new AbortController()
  return {
    ring: () => bell.abort(),
    async pause(ms, stop) {
      const signal = AbortSignal.any([stop, bell.signal])
      await sleep(ms, undefined, { signal }).catch(() => undefined)
      if (bell.signal.aborted) bell = new AbortController()
    },
  }
}
