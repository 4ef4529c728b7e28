import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { expect } from 'vitest'
import { createProducerConnection } from '../../queues/connection.ts'
import { collectIncidents } from '../../queues/jobs.ts'
import { jobOptions } from '../../queues/settings.ts'
import { eventually } from '../support/eventually.ts'
import { storeMarket } from './harness/load.ts'
import { promise } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'

const stage = await openStage()
const { db, redis } = stage
const kills = scaled(33)
const slotMs = 2_000

promise(
  'R12',
  {
    injected: `a schedule of ${slotMs / 1000} s through ${kills} kill -9 of collectors, one after the other`,
    expected: '0 missed slots, 0 duplicate rows',
    timeoutMs: 120_000 + kills * 15_000,
  },
  async (tell) => {
    await storeMarket(db, stage.dataset)
    const collectors = [stage.run('collector'), stage.run('collector')]
    await Promise.all(collectors.map((one) => one.health()))
    const connection = createProducerConnection(redis.url)
    await connection.connect()
    const queue = new Queue('collection', { connection, prefix: '{tidegauge}' })
    const template = { name: collectIncidents.name, data: {}, opts: jobOptions(collectIncidents) }
    await queue.upsertJobScheduler('chaos', { pattern: '*/2 * * * * *', tz: 'UTC' }, template)
    await eventually(async () => (await slots()).length > 0, 30_000)

    for (let kill = 0; kill < kills; kill++) {
      const place = kill % 2
      await collectors[1 - place]!.health()
      await sleep(700 + 130 * (kill % 9))
      await collectors[place]!.kill()
      collectors[place] = stage.run('collector')
    }
    await Promise.all(collectors.map((one) => one.health()))
    await sleep(2 * slotMs)
    await queue.removeJobScheduler('chaos')
    const runs = await eventually(async () => {
      const all = await slots()
      return all.every(({ state }) => state === 'completed') && all
    }, 60_000)
    await queue.close()
    connection.disconnect()

    const ran = runs.map(({ slot }) => slot).toSorted((a, b) => a - b)
    const expected = (ran.at(-1)! - ran[0]!) / slotMs + 1
    const distinct = new Set(ran).size
    tell({ slots: expected, ran: distinct, missed: expected - distinct, duplicates: ran.length - distinct })
    expect(distinct).toBe(expected)
    expect(ran).toHaveLength(distinct)
  },
)

/** The runs that the schedule has made, each with the moment that it was due. */
async function slots(): Promise<{ slot: number; state: string }[]> {
  const rows = await db
    .selectFrom('jobRuns')
    .select(['bullJobId', 'state'])
    .where('bullJobId', 'like', 'repeat:chaos:%')
    .execute()
  return rows.map(({ bullJobId, state }) => ({ slot: Number(bullJobId!.split(':')[2]), state }))
}
