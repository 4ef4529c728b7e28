import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyMigrations } from '../../src/apply-migrations.ts'
import { loadConfig } from '../../src/config.ts'
import { startGuard } from '../../src/embedded/guard.ts'
import { openHome } from '../../src/embedded/home.ts'
import { startServices } from '../../src/embedded/services.ts'

export interface OwnServices extends AsyncDisposable {
  readonly databaseUrl: string
  readonly redisUrl: string
}

/** A Postgres and a Redis of this bench alone, migrated, gone with their folder. */
export async function startOwnServices(): Promise<OwnServices> {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-bench-'))
  // Postgres may have to run as another user.
  chmodSync(dir, 0o755)
  const { PATH, XDG_CACHE_HOME } = process.env
  const guard = startGuard()
  const home = openHome(dir)
  const config = loadConfig({ PATH, XDG_CACHE_HOME, TIDEGAUGE_HOME: dir })
  const services = await startServices(config, { home, guard, notice: console.error })
  await applyMigrations(services.databaseUrl)
  return {
    databaseUrl: services.databaseUrl,
    redisUrl: services.redisUrl,
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      guard[Symbol.dispose]()
      home[Symbol.dispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
