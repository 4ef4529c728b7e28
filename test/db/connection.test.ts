import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createDb, createPool } from '../../src/db/connection.ts'
import { isDatabaseAway } from '../../src/db/errors.ts'
import { cloneDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const { db: other, url } = await cloneDatabase()

it('survives a connection that is lost between two statements of a transaction', async () => {
  const pool = createPool({ url, maxConnections: 1, applicationName: 'mortal' })
  const db = createDb(pool)
  const work = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mortal'`.execute(
      other,
    )
    await eventually(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity where application_name = 'mortal'`.execute(
        other,
      )
      return rows.length === 0
    })
    await sql`select 2`.execute(tx)
  })
  expect(isDatabaseAway(await work.catch((error: unknown) => error))).toBe(true)

  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  await db.destroy()
})
