import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { cloneDatabase } from '../support/database.ts'
import { testRedis } from '../support/redis.ts'

const database = await cloneDatabase()
const { url, prefix } = testRedis()

it('gives every test file a migrated database of its own', async () => {
  const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(database.db)
  expect(rows[0]?.name).toMatch(/^test_/)
  await expect(sql`SELECT * FROM protocols`.execute(database.db)).resolves.toMatchObject({ rows: [] })
})

it('gives every test file a prefix in a Redis that never evicts', async () => {
  const redis = new Redis(url)
  await redis.set(`${prefix}:key`, 'value')
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  await redis.quit()
})
