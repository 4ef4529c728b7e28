import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { expect } from 'vitest'
import { createProducerConnection } from '../../queues/connection.ts'
import { allEnded, storeMarket } from './harness/load.ts'
import { promise } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'
import { prepareWeb } from './harness/web.ts'

const stage = await openStage({ protocols: 60 })
const { db, redis } = stage
const apiKills = scaled(60)
const redisKills = scaled(6)

promise(
  'R8',
  {
    injected: `${apiKills} API kill -9 and ${redisKills} Redis kill -9 while four clients submit`,
    expected: '0 rows without job, 0 jobs without row, every acknowledged job done',
    timeoutMs: 120_000 + apiKills * 8_000,
  },
  async (tell) => {
    await storeMarket(db, stage.dataset)
    const web = await prepareWeb(stage)
    stage.run('analyst')
    stage.run('collector')
    await web.start()

    const acknowledged = new Set<string>()
    let refused = 0
    let unanswered = 0
    let isOver = false
    const client = async (first: number): Promise<void> => {
      for (let i = first; !isOver; i += 4) {
        const { slug } = stage.dataset.protocols[i % stage.dataset.protocols.length]!
        const { status, id } = await web.submit('backfill-protocol', { protocol_id: slug })
        if (id) acknowledged.add(id)
        else if (status === null) unanswered++
        else refused++
        await sleep(25)
      }
    }
    const clients = Promise.all([0, 1, 2, 3].map(client))
    for (let kill = 0; kill < apiKills; kill++) {
      await sleep(300 + 50 * (kill % 7))
      await web.process().kill()
      if (kill % Math.floor(apiKills / redisKills) === 0) await redis.outage(0)
      await web.start()
    }
    isOver = true
    await clients

    const outcome = await allEnded(db, [...acknowledged], 100_000)
    const open = await db
      .selectFrom('jobRuns')
      .select('id')
      .where('state', 'not in', ['completed', 'cancelled'])
      .where('origin', '=', 'api')
      .execute()
    const strangers = await jobsWithoutRow()
    tell({ ...outcome, refused, unanswered, open_rows: open.length, jobs_without_row: strangers })
    expect(outcome.acknowledged).toBeGreaterThan(apiKills)
    expect(outcome).toMatchObject({ completed: outcome.acknowledged, failed: 0, lost: 0 })
    expect(open).toEqual([])
    expect(strangers).toBe(0)
  },
)

async function jobsWithoutRow(): Promise<number> {
  const connection = createProducerConnection(redis.url)
  await connection.connect()
  const queue = new Queue('collection', { connection, prefix: '{tidegauge}' })
  const jobs = await queue.getJobs(['active', 'completed', 'delayed', 'failed', 'prioritized', 'wait'])
  const ids = jobs.flatMap(({ id }) => (id && !id.startsWith('repeat:') ? id : []))
  await queue.close()
  connection.disconnect()
  const known = await db.selectFrom('jobRuns').select('id').where('id', 'in', ids).execute()
  return ids.length - known.length
}
