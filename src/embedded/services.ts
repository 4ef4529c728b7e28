import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { KeptService } from './kept-service.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import type { ServiceSurroundings } from './service.ts'

export interface Services extends AsyncDisposable {
  readonly databaseUrl: string
  readonly redisUrl: string
  /** For people: where each of the two came from. */
  readonly origins: { readonly postgres: string; readonly redis: string }
  /** Settles with a sentence when one of ours is gone for good. */
  readonly lost: Promise<string>
}

/** Postgres and Redis: the user's own where the configuration has an address, else ours, started side by side. */
export async function startServices(
  config: Config,
  { home, guard, notice }: Pick<ServiceSurroundings, 'home' | 'guard' | 'notice'>,
): Promise<Services> {
  const surroundings = { home, guard, notice, cacheDir: writableOr(config.cacheDir, join(home.dir, 'cache')) }
  const [postgres, redis] = await Promise.allSettled([
    config.databaseUrl === undefined ? startPostgres(surroundings) : Promise.resolve(undefined),
    config.redisUrl === undefined ? startRedis(surroundings, config.searchPath) : Promise.resolve(undefined),
  ])
  const started = [postgres, redis].flatMap((one): KeptService[] =>
    one.status === 'fulfilled' && one.value !== undefined ? [one.value] : [],
  )
  const stopAll = async () => {
    await Promise.all(started.map((service) => service[Symbol.asyncDispose]()))
  }
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stopAll()
    throw postgres.status === 'rejected' ? postgres.reason : (redis as PromiseRejectedResult).reason
  }
  const own = { postgres: postgres.value, redis: redis.value }
  return {
    databaseUrl: own.postgres?.url ?? config.databaseUrl ?? '',
    redisUrl: own.redis?.url ?? config.redisUrl ?? '',
    origins: {
      postgres: own.postgres ? `embedded, data in ${own.postgres.dataDir}` : 'DATABASE_URL',
      redis: own.redis ? `embedded, ${own.redis.origin}` : 'REDIS_URL',
    },
    lost: Promise.race(started.map(({ lost }) => lost)),
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
