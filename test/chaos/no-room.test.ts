import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { allEnded, storeMarket } from './harness/load.ts'
import type { LineProcess } from './harness/processes.ts'
import { promise, type Tell } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'
import { canMount, moveToTinyDisk, type TinyDisk } from './harness/tiny-disk.ts'
import { prepareWeb, type Web } from './harness/web.ts'

const stage = await openStage({ protocols: 40 })
const { db, home, postgres, redis } = stage
const mountPoint = join(home, 'tiny')
const mayMount = canMount(mountPoint)
const seconds = scaled(60, 10)
let disk: TinyDisk | undefined
let web: Web
let workers: LineProcess[]

beforeAll(async () => {
  if (mayMount) disk = await moveToTinyDisk(postgres.url, mountPoint, 64)
  await storeMarket(db, stage.dataset)
  web = await prepareWeb(stage)
  workers = [stage.run('analyst'), stage.run('collector')]
  await web.start()
  await Promise.all(workers.map((worker) => worker.health()))
})
afterAll(async () => {
  await Promise.all([web.process(), ...workers].map((one) => one.kill()))
  await postgres.kill()
  disk?.[Symbol.dispose]()
})

interface Drive {
  readonly accepted: readonly string[]
  readonly refused: number
  readonly other: number
}

let next = 0
const submitOne = () => {
  const { protocols } = stage.dataset
  return web.submit('backfill-protocol', { protocol_id: protocols[next++ % protocols.length]!.slug })
}

/** Submits for a while; whatever is said meanwhile counts. */
async function drive(tell: Tell): Promise<Drive> {
  const startedAt = performance.now()
  // A submission whose work waits already is answered with the run that waits.
  const accepted = new Set<string>()
  let refused = 0
  let other = 0
  while (performance.now() - startedAt < seconds * 1_000) {
    const { status, id } = await submitOne()
    if (id) accepted.add(id)
    else if (status === 503) refused++
    else other++
    await sleep(50)
  }
  const complaints = [web.process(), ...workers].map((one) =>
    one.complaints().filter(({ at }) => at >= startedAt),
  )
  const perSecond = Math.max(...complaints.map(({ length }) => length / seconds))
  tell({
    accepted: accepted.size,
    refused_503: refused,
    other,
    log_lines_per_s: Math.round(perSecond * 100) / 100,
  })
  expect(other).toBe(0)
  expect(
    perSecond,
    complaints
      .flat()
      .map(({ line }) => line)
      .join('\n'),
  ).toBeLessThanOrEqual(1)
  return { accepted: [...accepted], refused, other }
}

/** From the end of the trouble until a job that is submitted has been done. @returns in milliseconds */
async function backAfter(): Promise<number> {
  const endedAt = performance.now()
  const id = await eventually(async () => (await submitOne()).id)
  await eventually(async () => {
    const run = await db.selectFrom('jobRuns').select('state').where('id', '=', id).executeTakeFirst()
    return run?.state === 'completed'
  }, 30_000)
  return Math.round(performance.now() - endedAt)
}

describe.runIf(mayMount)('with the disk of Postgres full', () => {
  promise(
    'R15',
    {
      injected: `the disk of Postgres full for ${seconds} s`,
      expected: 'clear 503, 0 lost, back in ≤ 5 s, ≤ 1 log line a second and process',
      timeoutMs: 120_000 + seconds * 2_000,
    },
    async (tell) => {
      const before = await submitOne()
      expect(before.status).toBe(202)
      disk!.fill()
      // What room there is inside of pages is used up first.
      const clear = await eventually(async () => {
        const answer = await submitOne()
        return answer.status === 503 && answer.text
      }, 60_000)
      expect(clear).toContain("The database's disk is full")
      const { accepted, refused } = await drive(tell)
      disk!.free()
      const back = await backAfter()
      tell({ back_after_ms: back })
      expect(refused).toBeGreaterThan(0)
      expect(back).toBeLessThanOrEqual(5_000)
      const outcome = await allEnded(db, [...new Set([before.id!, ...accepted])], 60_000)
      expect(outcome).toMatchObject({ completed: outcome.acknowledged, lost: 0 })
    },
  )
})

promise(
  'R15 redis',
  {
    injected: `Redis at its maxmemory for ${seconds} s`,
    expected:
      'submissions still taken, 0 lost, no attempt counted, back in ≤ 5 s, ≤ 1 log line a second and process',
    timeoutMs: 120_000 + seconds * 2_000,
  },
  async (tell) => {
    const client = new Redis(redis.url)
    await client.config('SET', 'maxmemory', '1mb')
    const { accepted, refused } = await drive(tell).finally(() => client.config('SET', 'maxmemory', '0'))
    const back = await backAfter()
    tell({ back_after_ms: back })
    expect(refused).toBe(0)
    expect(back).toBeLessThanOrEqual(5_000)
    const outcome = await allEnded(db, accepted, 60_000)
    expect(outcome).toMatchObject({ completed: outcome.acknowledged, lost: 0, crashes: 0 })
    const attempts = await eventually(() => countedAttempts(client, accepted))
    client.disconnect()
    tell({ most_attempts: Math.max(...attempts) })
    expect(Math.max(...attempts)).toBe(1)
  },
)

/** By BullMQ's own count, once it knows the end of every job; undefined until then. */
async function countedAttempts(client: Redis, ids: readonly string[]): Promise<number[] | undefined> {
  const jobs = await Promise.all(
    ids.map((id) => client.hmget(`{tidegauge}:collection:${id}`, 'atm', 'finishedOn')),
  )
  return jobs.every(([, finishedOn]) => finishedOn !== null)
    ? jobs.map(([attempts]) => Number(attempts))
    : undefined
}
