import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ChangeChannel } from './changes.ts'
import type { Db } from './connection.ts'

const channel: ChangeChannel = 'tidegauge_submitted'
const word = sql`pg_notify(${channel}, '')`
/** One word speaks for all submissions of so long, so that a burst pays for few. */
const wordEveryMs = 5

/** Databases whose relays are being told, and whether something new has come since. */
const telling = new WeakMap<Db, { isNews: boolean }>()

/**
 * Tells the relays of all processes that the outbox has something for them. Within a transaction the word goes out with its
 * commit; outside it follows the commit, and nobody waits for it, since commits that tell something wait for each other. A word
 * that is lost costs the time until the next poll.
 */
export async function wakeRelays(db: Db): Promise<void> {
  if (db.isTransaction) {
    await sql`select ${word}`.execute(db)
    return
  }
  const current = telling.get(db)
  if (current) current.isNews = true
  else void tellWhileNews(db)
}

async function tellWhileNews(db: Db): Promise<void> {
  const current = { isNews: true }
  telling.set(db, current)
  while (current.isNews) {
    current.isNews = false
    await tellNow(db).catch(() => undefined)
    await sleep(wordEveryMs, undefined, { ref: false })
  }
  telling.delete(db)
}

/** A word that Postgres forgets when it dies is worth no wait for its disk. */
async function tellNow(db: Db): Promise<void> {
  await sql`
    with hasty as (select set_config('synchronous_commit', 'off', true))
    select ${word} from hasty`.execute(db)
}
