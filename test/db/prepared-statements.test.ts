import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { createDb, createPool } from '../../src/db/connection.ts'
import { withPreparedStatements } from '../../src/db/prepared-statements.ts'
import { cloneDatabase } from '../support/database.ts'

const { url } = await cloneDatabase()

function open() {
  return createDb(
    withPreparedStatements(createPool({ url, maxConnections: 1, applicationName: 'tidegauge test' })),
  )
}

it('plans a statement once per connection', async () => {
  await using db = open()
  const read = () => db.selectFrom('settings').selectAll().where('name', '=', 'x').execute()
  for (let i = 0; i < 3; i++) await read()
  const { rows } = await sql<{ plans: number }>`
    select generic_plans + custom_plans as plans from pg_prepared_statements where statement like '%settings%'`.execute(
    db,
  )
  expect(rows).toEqual([{ plans: 3 }])
})

it('goes on after a migration has changed the columns of a prepared statement', async () => {
  await using db = open()
  const read = () => db.selectFrom('settings').selectAll().where('name', '=', 'y').execute()
  await db.insertInto('settings').values({ name: 'y', value: '1' }).execute()
  expect(await read()).toHaveLength(1)
  await sql`alter table settings add column colour text`.execute(db)
  expect(await read()).toMatchObject([{ name: 'y', colour: null }])
})

it('leaves statements without parameters and whole transactions as they are', async () => {
  await using db = open()
  const failing = db.transaction().execute(async (tx) => {
    await tx.insertInto('settings').values({ name: 'z', value: '1' }).execute()
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await db.selectFrom('settings').select('name').where('name', '=', 'z').execute()).toEqual([])
})
