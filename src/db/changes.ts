import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import type { Db } from './connection.ts'

/** What is told: that results have changed, or that runs were submitted. */
export type ChangeChannel = 'tidegauge_changed' | 'tidegauge_submitted'

/** Tells what is committed by whichever process, as it is committed. */
export interface ChangeFeed extends AsyncDisposable {
  /** Whether a change would be heard of within moments. While it is false, nothing that was read stays known to be true. */
  readonly isLive: boolean
}

export interface ChangeFeedOptions {
  readonly databaseUrl: string
  readonly channel: ChangeChannel
  /** Other connections than the feed's own: a sign of life that goes round through them shows that changes do too. */
  readonly db: Db
  /** Called with what was told: of results, the name of the table that has changed. */
  readonly onChange: (what: string) => void
  /** Called when changes may have been missed: at every start of listening, and when it ends. */
  readonly onGap: () => void
  /** Called once per outage. */
  readonly onLost: (error: unknown) => void
}

const signsOfLife = 'tidegauge_alive'
const beatEveryMs = 2_000
const heardWithinMs = 2_000
const againAfterMs = 1_000

/**
 * Listens on a connection of its own. Every two seconds it sends itself a sign of life, so that a dead connection, and a
 * pooler that does not pass notifications on, are noticed too.
 */
export function followChanges(options: ChangeFeedOptions): ChangeFeed {
  const stops = new AbortController()
  let isLive = false
  let isKnownLost = false
  const onLive = (): void => {
    isLive = true
    isKnownLost = false
  }
  const isOver = (): boolean => stops.signal.aborted
  const follow = async (): Promise<void> => {
    while (!isOver()) {
      const fault = await listen(options, stops.signal, onLive).catch((error: unknown) => error)
      isLive = false
      options.onGap()
      if (!isKnownLost && !isOver()) options.onLost(fault)
      isKnownLost = true
      await sleep(againAfterMs, undefined, { signal: stops.signal }).catch(() => undefined)
    }
  }
  const done = follow()
  return {
    get isLive() {
      return isLive
    },
    async [Symbol.asyncDispose]() {
      stops.abort()
      await done
    },
  }
}

/** Listens until something fails or `stops` is aborted; then it throws. */
async function listen(
  { databaseUrl, channel: followed, db, onChange, onGap }: ChangeFeedOptions,
  stops: AbortSignal,
  onLive: () => void,
): Promise<never> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'tidegauge changes',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  const ownBeat = randomUUID()
  let beatHeard = (): void => undefined
  client.on('notification', ({ channel, payload }) => {
    if (channel === followed) onChange(payload ?? '')
    else if (payload === ownBeat) beatHeard()
  })
  const over = createEnd()
  const stop = (): void => over.come(new Error('Stopped'))
  client.on('error', over.come)
  client.on('end', () => over.come(new Error('The connection that listens for changes has ended')))
  stops.addEventListener('abort', stop)
  try {
    await over.cutsShort(client.connect())
    await over.cutsShort(client.query(`listen ${followed}; listen ${signsOfLife}`))
    for (let beats = 0; ; beats++) {
      const heard = new Promise<void>((resolve) => (beatHeard = resolve))
      await over.cutsShort(Promise.race([sendBeat(db, ownBeat).then(() => heard), tooLate()]))
      if (beats === 0) onGap()
      onLive()
      await over.cutsShort(sleep(beatEveryMs, undefined, { ref: false }))
    }
  } finally {
    stops.removeEventListener('abort', stop)
    client.end().catch(() => undefined)
  }
}

interface End {
  readonly come: (reason: Error) => void
  /** One wait at a time. @throws the reason of the end, also where it has come before */
  readonly cutsShort: <T>(wait: Promise<T>) => Promise<T>
}

/** A promise that is raced against every few seconds for months would remember every race. */
function createEnd(): End {
  let reason: Error | undefined
  let cut = (_reason: Error): void => undefined
  return {
    come(first) {
      reason ??= first
      cut(reason)
    },
    cutsShort: (wait) =>
      new Promise((resolve, reject) => {
        cut = reject
        wait.then(resolve, reject)
        if (reason !== undefined) reject(reason)
      }),
  }
}

async function sendBeat(db: Db, word: string): Promise<void> {
  await sql`select pg_notify(${signsOfLife}, ${word})`.execute(db)
}

async function tooLate(): Promise<never> {
  await sleep(heardWithinMs, undefined, { ref: false })
  throw new Error(`Changes are not heard of within ${heardWithinMs} ms`)
}
