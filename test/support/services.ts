import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { applyMigrations } from '../../src/apply-migrations.ts'
import { loadConfig } from '../../src/config.ts'
import { startGuard } from '../../src/embedded/guard.ts'
import { openHome } from '../../src/embedded/home.ts'
import { startServices } from '../../src/embedded/services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated template; clone it, do not connect to it. */
    TIDEGAUGE_TEST_DATABASE_URL: string
    TIDEGAUGE_TEST_REDIS_URL: string
  }
}

/** One Postgres and one Redis for the whole run, gone with their folder at its end, also at a violent one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-test-'))
  // Postgres may have to run as another user.
  chmodSync(dir, 0o755)
  const { PATH, XDG_CACHE_HOME } = process.env
  const guard = startGuard()
  const home = openHome(dir)
  const services = await startServices(loadConfig({ PATH, XDG_CACHE_HOME, TIDEGAUGE_HOME: dir }), {
    home,
    guard,
    notice: console.error,
  })
  await trustTheDisk(services.databaseUrl)
  await applyMigrations(services.databaseUrl)
  project.provide('TIDEGAUGE_TEST_DATABASE_URL', services.databaseUrl)
  project.provide('TIDEGAUGE_TEST_REDIS_URL', services.redisUrl)
  return async () => {
    await services[Symbol.asyncDispose]()
    guard[Symbol.dispose]()
    home[Symbol.dispose]()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The data is thrown away, and the machine does not lose power in the middle of a test. */
async function trustTheDisk(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('ALTER SYSTEM SET fsync = off')
  await client.query('SELECT pg_reload_conf()')
  await client.end()
}
