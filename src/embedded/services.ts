import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Guard } from './guard.ts'
import type { Home } from './home.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import type { RunningService } from './service.ts'

export interface Services extends AsyncDisposable {
  readonly databaseUrl: string
  readonly redisUrl: string
  /** For people: where each of the two came from. */
  readonly origins: { readonly postgres: string; readonly redis: string }
  /** Settles with the name of an embedded service as soon as one is gone. */
  readonly lost: Promise<string>
}

/** Postgres and Redis: the user's own where the configuration has an address, else ours, started side by side. */
export async function startServices(config: Config, home: Home, guard: Guard): Promise<Services> {
  const cacheDir = writableOr(config.cacheDir, join(home.dir, 'cache'))
  const [postgres, redis] = await Promise.allSettled([
    config.databaseUrl === undefined ? startPostgres(home, cacheDir, guard) : Promise.resolve(undefined),
    config.redisUrl === undefined
      ? startRedis(home, { searchPath: config.searchPath, cacheDir }, guard)
      : Promise.resolve(undefined),
  ])
  const started: RunningService[] = [postgres, redis].flatMap((one) =>
    one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
  )
  const stopAll = async () => {
    await Promise.all(started.map((service) => service.stop()))
  }
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stopAll()
    throw postgres.status === 'rejected' ? postgres.reason : (redis as PromiseRejectedResult).reason
  }
  return {
    databaseUrl: postgres.value?.url ?? config.databaseUrl ?? '',
    redisUrl: redis.value?.url ?? config.redisUrl ?? '',
    origins: {
      postgres: postgres.value === undefined ? 'DATABASE_URL' : `embedded, data in ${postgres.value.dataDir}`,
      redis: redis.value === undefined ? 'REDIS_URL' : `embedded, ${redis.value.origin}`,
    },
    lost: Promise.race(started.map(({ name, ended }) => ended.then(() => name))),
    [Symbol.asyncDispose]: stopAll,
  }
}

/** The folder if it can be had, else the substitute: some accounts have a home folder that does not exist. */
function writableOr(dir: string, substitute: string): string {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK)
    return dir
  } catch {
    return substitute
  }
}
