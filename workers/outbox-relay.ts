import { isJobName } from '../queues/jobs.ts'
import type { Producer } from '../queues/producer.ts'
import { reliability } from '../queues/settings.ts'
import type { Db } from '../src/db/connection.ts'
import { takeOutbox } from '../src/db/outbox.ts'

/**
 * Hands recorded runs to their queues, and forgets them in the outbox only when Redis has them. Dying in between means that a
 * run is handed over twice, which changes nothing: its id is the job's id. Several relays may run; each takes other rows.
 * @returns how many runs were handed over
 */
export async function relayOutbox(db: Db, producer: Producer): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const runs = await takeOutbox(tx, reliability.outboxBatch)
    await producer.addRuns(runs.flatMap((run) => (isJobName(run.name) ? [{ ...run, name: run.name }] : [])))
    return runs.length
  })
}
