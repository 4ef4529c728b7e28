import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { createPool } from '../../src/db/connection.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import type { Platform } from '../../workers/platform.ts'
import { alternate, figure, type Figure } from '../report.ts'

const submissionsPerRound = 1_500
const atATime = 8

/** Submissions through the outbox beside a transaction of the two inserts that it stands for, in plain SQL. */
export async function measureEnqueueing(platform: Platform, databaseUrl: string): Promise<Figure[]> {
  const pool = createPool({
    url: databaseUrl,
    maxConnections: atATime,
    applicationName: 'tidegauge bench bare',
  })
  try {
    const ms = await alternate({
      bare: () => round(() => twoInserts(pool)),
      outbox: () =>
        round(() =>
          submitJob(
            platform.db,
            'deliver-alert',
            { delivery_id: randomUUID() },
            { origin: 'api', lane: 'user' },
          ),
        ),
    })
    const perSecond = (took: number): string => ((1000 * submissionsPerRound) / took).toFixed(0)
    return [
      figure({
        name: 'submissions through the outbox / bare transactions of two inserts',
        value: ms.bare / ms.outbox,
        unit: 'ratio',
        goal: '>= 0.6',
        detail: `${perSecond(ms.outbox)} and ${perSecond(ms.bare)} a second, ${atATime} at a time`,
      }),
    ]
  } finally {
    await pool.end()
  }
}

async function round(one: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  let left = submissionsPerRound
  const lane = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: atATime }, lane))
  return performance.now() - startedAt
}

async function twoInserts(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const id = randomUUID()
    const payload = JSON.stringify({ delivery_id: randomUUID() })
    await client.query('begin')
    await client.query(
      `insert into job_runs (id, name, queue, payload, origin, lane, state) values ($1, $2, $3, $4, 'api', 'user', 'queued')`,
      [id, 'deliver-alert', 'alerts', payload],
    )
    await client.query('insert into outbox (run_id) values ($1)', [id])
    await client.query('commit')
  } finally {
    client.release()
  }
}
