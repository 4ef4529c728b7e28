import { statSync } from 'node:fs'
import type { Config } from '../config.ts'
import { connectionFault } from '../connection-faults.ts'
import { isPortFree } from '../embedded/free-port.ts'
import { InputError } from '../errors.ts'

/** Looks before anything is started at what would only fail later, and further from its cause. @throws {InputError} */
export async function checkSurroundings(config: Config): Promise<void> {
  checkDataset(config.market.datasetDir)
  await checkPort(config.http)
  await Promise.all([checkPostgres(config.databaseUrl), checkRedis(config.redisUrl)])
}

function checkDataset(dir: string | undefined): void {
  if (dir === undefined || statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return
  throw new InputError(`--dataset (TIDEGAUGE_DATASET_DIR): there is no folder ${dir}`)
}

async function checkPort({ host, port }: Config['http']): Promise<void> {
  const isFree = await isPortFree(host, port).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(`HOST and PORT: cannot listen on ${host}:${port} (${code})`, { cause: error })
  })
  if (!isFree)
    throw new InputError(`PORT: ${port} on ${host} is taken; choose another one with --port or PORT`)
}

/** The clients are heavy, and needed here only for servers of the user's own. */
async function checkPostgres(url: string | undefined): Promise<void> {
  if (url === undefined) return
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw connectionFault('DATABASE_URL', url, error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function checkRedis(url: string | undefined): Promise<void> {
  if (url === undefined) return
  const { createProbeConnection } = await import('../../queues/connection.ts')
  const redis = createProbeConnection(url)
  let fault: unknown
  redis.on('error', (error: Error) => (fault ??= error))
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw connectionFault('REDIS_URL', url, fault ?? error)
  } finally {
    redis.disconnect()
  }
}
