import { setTimeout as sleep } from 'node:timers/promises'
import { reliability } from '../queues/settings.ts'
import { followChanges } from '../src/db/changes.ts'
import { createDoorbell, type Doorbell } from './doorbell.ts'
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
export function startMaintenance(platform: Platform): AsyncDisposable {
  const { db, databaseUrl, producer, connection, log, metrics, troubles } = platform
  const stopping = new AbortController()
  const submissions = createDoorbell()
  const returns = createDoorbell()
  const keepTurning = async ({ name, everyMs, turn }: Loop, bell: Doorbell): Promise<void> => {
    while (!stopping.signal.aborted)
      try {
        if ((await turn()) === 0) await bell.pause(everyMs)
      } catch (err) {
        troubles.report('maintenance failed, will try again', err, { loop: name })
        await sleep(reliability.maintenanceRetryMs, undefined, { signal: stopping.signal }).catch(
          () => undefined,
        )
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
      await watchSchedules(producer, log, metrics)
      await reconcileRuns(db, producer, log)
      await advancePipeline(db)
      return 0
    },
  }
  const running = [keepTurning(relay, submissions), keepTurning(reconcile, returns)]
  const feed = followChanges({
    databaseUrl,
    channel: 'tidegauge_submitted',
    db,
    onChange: submissions.ring,
    onGap: submissions.ring,
    onLost: (err) => troubles.report('submissions are not heard of: the outbox is polled', err),
  })
  const onReturn = ringAtReturn(returns)
  connection.on('ready', onReturn)
  return {
    async [Symbol.asyncDispose]() {
      connection.off('ready', onReturn)
      stopping.abort()
      for (const bell of [submissions, returns]) bell.ring()
      await Promise.all([...running, feed[Symbol.asyncDispose]()])
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
