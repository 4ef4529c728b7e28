import { expect, it } from 'vitest'
import { applyMigrations, migrationNames } from '../../src/apply-migrations.ts'
import { InputError } from '../../src/errors.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'

const database = await cloneDatabase()

async function bare({ pool }: TestDatabase): Promise<void> {
  await pool.query('drop schema public cascade')
  await pool.query('create schema public')
}

it('lets processes that start at once migrate one after the other: one does it all, the others find it done', async () => {
  await bare(database)
  const taken = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(database.url)))
  expect(taken.map(({ length }) => length).sort((a, b) => b - a)).toEqual([migrationNames.length, 0, 0, 0])
  expect(taken.flat()).toEqual(migrationNames)
  expect(await applyMigrations(database.url)).toEqual([])
})

it('leaves a database alone that a newer version has migrated', async () => {
  await database.pool.query(`insert into kysely_migration values ('29990101T000001-later', '2999')`)
  const refusal = applyMigrations(database.url)
  await expect(refusal).rejects.toThrow(InputError)
  await expect(refusal).rejects.toThrow(
    /newer version has migrated this database \(step 29990101T000001-later\)/,
  )
})
