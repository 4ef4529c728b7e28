import { afterAll, expect, it } from 'vitest'
import { createProducerConnection } from '../../queues/connection.ts'
import { createProducer } from '../../queues/producer.ts'
import { schedules } from '../../queues/schedules.ts'
import { testRedis } from '../support/redis.ts'

const { url, prefix } = testRedis()
const connection = createProducerConnection(url)
await connection.connect()
const producer = createProducer(connection, prefix)
afterAll(async () => {
  await producer.close()
  connection.disconnect()
})
const queue = producer.queues.get('anomaly')!
const hour = 3_600_000
const nextScan = async (): Promise<number> => (await queue.getJobScheduler('hourly-scan'))!.next!

it('sets every schedule that is missing, and leaves those alone that are well', async () => {
  const mended = await producer.mendSchedules(Date.now())
  expect(mended).toEqual(schedules.map(({ id }) => ({ id, reason: 'missing' })))
  const before = await nextScan()
  expect(await producer.mendSchedules(Date.now())).toEqual([])
  expect(await nextScan()).toBe(before)
})

it('leaves a schedule alone whose tick is overdue, because no worker has come for it', async () => {
  expect(await producer.mendSchedules(Date.now() + 2 * hour)).toEqual([])
})

it('sets a schedule again that has stopped: its tick was due and is not there', async () => {
  const next = await nextScan()
  await connection.zrem(`${prefix}:anomaly:delayed`, `repeat:hourly-scan:${next}`)
  await connection.del(`${prefix}:anomaly:repeat:hourly-scan:${next}`)
  await connection.zadd(`${prefix}:anomaly:repeat`, Date.now() - hour, 'hourly-scan')
  expect(await producer.mendSchedules(Date.now())).toEqual([{ id: 'hourly-scan', reason: 'stopped' }])
  expect(await nextScan()).toBeGreaterThan(Date.now())
  expect(await queue.getDelayedCount()).toBe(1)
})

it('sets a schedule again that an older version had set to other times', async () => {
  await queue.upsertJobScheduler(
    'hourly-scan',
    { pattern: '0 0 1 1 *', tz: 'UTC' },
    { name: 'scan-protocols' },
  )
  expect(await producer.mendSchedules(Date.now())).toEqual([{ id: 'hourly-scan', reason: 'changed' }])
  expect(await nextScan()).toBeLessThanOrEqual(Date.now() + hour)
})
