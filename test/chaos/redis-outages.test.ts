import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { beforeAll, expect } from 'vitest'
import { createProducerConnection } from '../../queues/connection.ts'
import { queueNames } from '../../queues/contract.ts'
import { schedules } from '../../queues/schedules.ts'
import { eventually } from '../support/eventually.ts'
import { allEnded, countCompleted, expectNothingLost, storeMarket, submitLoad } from './harness/load.ts'
import type { LineProcess } from './harness/processes.ts'
import { promise } from './harness/promise.ts'
import { startProxy } from './harness/proxy.ts'
import { scaled, scaledList } from './harness/size.ts'
import { openStage } from './harness/stage.ts'
import { prepareWeb } from './harness/web.ts'

const stage = await openStage()
const { db, redis, market } = stage
const web = await prepareWeb(stage)
let tokens: string[]
let collector: LineProcess
beforeAll(async () => {
  tokens = await storeMarket(db, stage.dataset)
  const analyst = stage.run('analyst')
  collector = stage.run('collector')
  await Promise.all([analyst.health(), collector.health()])
})

const calls = (): number => market.ledger.entries('defillama').length
const prefix = '{tidegauge}'

const outages = scaledList([3, 10, 20, 40])

promise(
  'R4',
  {
    injected: `Redis killed and away for ${outages.join(', ')} s`,
    expected: 'consuming ≤ 2 s after it is back, 0 lost',
    timeoutMs: 60_000 + outages.length * 90_000,
  },
  async (tell) => {
    const acknowledged: string[] = []
    for (const seconds of outages) {
      const load = await submitLoad(db, tokens, 600)
      acknowledged.push(...load)
      await eventually(async () => (await countCompleted(db, load)) > 20, 30_000)
      const backAt = await redis.outage(seconds * 1_000)
      const before = calls()
      await eventually(() => Promise.resolve(calls() > before), 30_000)
      const consumingAfter = Math.round(performance.now() - backAt)
      tell({ [`consuming_after_${seconds}_s_ms`]: consumingAfter })
      expect(consumingAfter).toBeLessThanOrEqual(2_000)
    }
    const outcome = await allEnded(db, acknowledged, 120_000)
    tell({ ...outcome })
    await expectNothingLost(db, outcome)
  },
)

const redisKills = scaled(40)

promise(
  'R6',
  {
    injected: `${redisKills} Redis kill -9 among ${scaled(6_000)} jobs (AOF everysec)`,
    expected: '0 acknowledged jobs lost',
    timeoutMs: 180_000 + redisKills * 10_000,
  },
  async (tell) => {
    const acknowledged = await submitLoad(db, tokens, scaled(6_000))
    for (let kill = 0; kill < redisKills; kill++) {
      await sleep(300 + 100 * (kill % 8))
      await redis.outage(0)
    }
    const outcome = await allEnded(db, acknowledged, 180_000)
    tell({ ...outcome })
    await expectNothingLost(db, outcome)
  },
)

promise(
  'R6 rebuild',
  {
    injected: 'Redis deleted entirely, data folder and all, with jobs waiting',
    expected: 'every acknowledged job done, every schedule set again',
    timeoutMs: 120_000,
  },
  async (tell) => {
    const acknowledged = await submitLoad(db, tokens, scaled(3_000))
    await eventually(async () => (await countCompleted(db, acknowledged)) > 20, 30_000)
    await redis.kill()
    redis.wipe()
    await redis.start()
    const backAt = performance.now()
    const outcome = await allEnded(db, acknowledged, 100_000)
    const schedulesSet = await countSchedules()
    tell({
      ...outcome,
      schedules: schedulesSet,
      rebuilt_after_s: Math.round((performance.now() - backAt) / 1000),
    })
    await expectNothingLost(db, outcome)
    expect(schedulesSet).toBe(schedules.length)
  },
)

promise(
  'R5',
  {
    injected: 'Redis frozen, and Redis down while the API boots',
    expected: 'submissions answered 202 or 503 in ≤ 1.5 s, nothing hangs, all done afterwards',
    timeoutMs: 240_000,
  },
  async (tell) => {
    await web.start()
    const answers: { status: number | null; ms: number }[] = []
    const ids = new Set<string>()
    const submitMany = async (): Promise<void> => {
      for (let i = 0; i < scaled(100, 10); i++) {
        const { dataset } = stage
        const { slug } = dataset.protocols[i % dataset.protocols.length]!
        const answer = await web.submit('backfill-protocol', { protocol_id: slug })
        answers.push(answer)
        if (answer.id) ids.add(answer.id)
      }
    }
    redis.freeze()
    await submitMany()
    redis.thaw()

    await web.process().kill()
    await redis.kill()
    await web.start()
    await submitMany()
    await redis.start()

    const slowest = Math.max(...answers.map(({ ms }) => ms))
    const accepted = answers.filter(({ status }) => status === 202).length
    tell({ requests: answers.length, accepted, slowest_ms: Math.round(slowest) })
    expect(answers.every(({ status }) => status === 202 || status === 503)).toBe(true)
    expect(slowest).toBeLessThanOrEqual(1_500)

    const outcome = await allEnded(db, [...ids], 60_000)
    expect(outcome).toMatchObject({ completed: outcome.acknowledged, lost: 0 })
  },
)

promise(
  'R5 silence',
  {
    injected: 'a worker whose connections to Redis are lost without a word',
    expected: 'it works again within 30 s, 0 lost',
    timeoutMs: 120_000,
  },
  async (tell) => {
    await collector.stop()
    await using proxy = await startProxy(redis.port)
    const throughProxy = stage.run('collector', {
      REDIS_URL: Object.assign(new URL(redis.url), { port: String(proxy.port) }).href,
    })
    await throughProxy.health()
    proxy.loseConnections()
    const lostAt = performance.now()
    const load = await submitLoad(db, tokens, 20)
    const outcome = await allEnded(db, load, 60_000)
    const seconds = Math.round((performance.now() - lostAt) / 1000)
    tell({ done_after_s: seconds })
    expect(seconds).toBeLessThanOrEqual(30)
    await expectNothingLost(db, outcome)
    await throughProxy.stop()
  },
)

async function countSchedules(): Promise<number> {
  const connection = createProducerConnection(redis.url)
  await connection.connect()
  const queues = queueNames.map((name) => new Queue(name, { connection, prefix }))
  const counts = await Promise.all(queues.map((queue) => queue.getJobSchedulersCount()))
  await Promise.all(queues.map((queue) => queue.close()))
  connection.disconnect()
  return counts.reduce((sum, count) => sum + count, 0)
}
