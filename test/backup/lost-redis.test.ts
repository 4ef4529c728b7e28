import { expect, it } from 'vitest'
import type { RedisConnection } from '../../queues/connection.ts'
import { schedules } from '../../queues/schedules.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { writeBackup } from '../../src/backup/write-backup.ts'
import { startRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { startMaintenance } from '../../workers/maintenance.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { temporaryFiles } from '../cli/cli.ts'
import { cloneDatabase } from '../support/database.ts'
import { openWorkshop } from '../support/workshop.ts'

const source = await cloneDatabase()
const target = await cloneDatabase()
const before = await openWorkshop(undefined, { DATABASE_URL: source.url })
const after = await openWorkshop(undefined, { DATABASE_URL: target.url })
const file = temporaryFiles()

it('makes Redis again from the restored record alone: every open run and every schedule', async () => {
  const protocols = Array.from({ length: 20 }, (_, i) => `protocol-${i}`)
  const runIds: string[] = []
  for (const protocol of protocols) {
    const submitted = await submitJob(
      source.db,
      'backfill-protocol',
      { protocol_id: protocol },
      { origin: 'api' },
    )
    runIds.push(submitted.runId)
  }
  // Some were with Redis, one was being worked on, the rest was still in the outbox.
  await relayOutbox(source.db, before.platform.producer)
  await startRun(source.db, runIds[0]!)
  runIds.push(
    (await submitJob(source.db, 'backfill-protocol', { protocol_id: 'late' }, { origin: 'api' })).runId,
  )
  await source.pool.query(
    `update job_runs set created_at = now() - interval '1 hour', heartbeat_at = now() - interval '1 hour'`,
  )
  await writeBackup(source.pool, file('record.tar'), { madeAt: new Date() })
  await restoreBackup(target.pool, file('record.tar'))

  const started: string[] = []
  after.work('collection', {
    'backfill-protocol': ({ protocol_id: protocol }) => {
      started.push(protocol)
      return Promise.resolve({ rows: 1, refused: 0 })
    },
  })
  await using _maintenance = startMaintenance(after.platform)
  const runs = await Promise.all(runIds.map((runId) => after.ended(runId)))
  expect(runs.map(({ state }) => state)).toEqual(runIds.map(() => 'completed'))
  expect(started.sort()).toEqual([...protocols, 'late'].sort())

  const queues = [...after.platform.producer.queues.values()]
  const set = (await Promise.all(queues.map((queue) => queue.getJobSchedulers()))).flat()
  expect(set.map(({ key }) => key).sort()).toEqual(schedules.map(({ id }) => id).sort())
})

it('goes on by itself when Redis loses everything while the platform runs', async () => {
  const { db, producer, prefix, connection } = after.platform
  const { runId } = await submitJob(db, 'backfill-protocol', { protocol_id: 'lost' }, { origin: 'api' })
  await producer.queues.get('collection')!.pause()
  await relayOutbox(db, producer)
  await emptyRedis(connection, prefix)
  await target.pool.query(`update job_runs set created_at = now() - interval '1 hour' where id = $1`, [runId])
  await using _maintenance = startMaintenance(after.platform)
  expect(await after.ended(runId)).toMatchObject({ state: 'completed', attempt: 1 })
})

async function emptyRedis(redis: RedisConnection, prefix: string): Promise<void> {
  for (const key of await redis.keys(`${prefix}*`)) await redis.unlink(key)
}
