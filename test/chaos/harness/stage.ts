import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { applyMigrations } from '../../../src/apply-migrations.ts'
import { loadConfig } from '../../../src/config.ts'
import { createDb, createPool, type Db } from '../../../src/db/connection.ts'
import { startGuard } from '../../../src/embedded/guard.ts'
import { openHome } from '../../../src/embedded/home.ts'
import type { ServiceSurroundings } from '../../../src/embedded/service.ts'
import type { Dataset } from '../../../src/market/dataset.ts'
import { type MarketServer, startMarketServer } from '../../../src/market/server/market-server.ts'
import { simulateDataset } from '../../../src/market/simulator/simulate-dataset.ts'
import { type LineProcess, spawnLine } from './processes.ts'
import { type Server, startPostgresServer, startRedisServer } from './servers.ts'

/** Servers and a market for one file, and the product's own processes on them; everything ends with the file. */
export interface Stage {
  readonly home: string
  readonly postgres: Server
  readonly redis: Server
  /** For the ledger: a connection beside the product's. */
  readonly db: Db
  readonly dataset: Dataset
  readonly market: MarketServer
  /** What every process of the product is told. */
  readonly env: Readonly<Record<string, string>>
  /** Spawns a line of the Procfile, with changes to its environment. */
  run(line: string, changes?: Readonly<Record<string, string>>): LineProcess
}

export interface StageOptions {
  readonly protocols?: number
  readonly days?: number
}

/** Call it at the top of a file. */
export async function openStage({ protocols = 20, days = 30 }: StageOptions = {}): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-chaos-'))
  // Postgres may have to run as another user.
  chmodSync(dir, 0o755)
  const dataset = simulateDataset({ protocols, days, seed: 7 })
  const home = openHome(dir)
  const guard = startGuard()
  const { cacheDir } = loadConfig({ TIDEGAUGE_HOME: dir, ...cacheOf(process.env) })
  const surroundings: ServiceSurroundings = { home, guard, cacheDir, notice: () => undefined }
  const [postgres, redis, market] = await Promise.all([
    startPostgresServer(surroundings),
    startRedisServer(surroundings),
    startMarketServer({ dataset, mode: 'simulate' }),
  ])
  await applyMigrations(postgres.url)
  const pool = createPool({ url: postgres.url, maxConnections: 5, applicationName: 'chaos ledger' })
  // Its server is killed on purpose.
  pool.on('error', () => undefined)
  const db = createDb(pool)
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    TIDEGAUGE_MARKET_URL: market.url,
    TIDEGAUGE_HOME: dir,
    TIDEGAUGE_WORKER_PORT: '0',
    TIDEGAUGE_BUDGET_DEFILLAMA: '1000000/60s',
    TIDEGAUGE_BUDGET_COINGECKO: '1000000/60s',
  }
  const started: LineProcess[] = []
  afterAll(async () => {
    await Promise.all(started.map((one) => one.kill()))
    await db.destroy()
    await market.close()
    for (const server of [postgres, redis]) await server.kill().catch(() => undefined)
    guard[Symbol.dispose]()
    home[Symbol.dispose]()
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    home: dir,
    postgres,
    redis,
    db,
    dataset,
    market,
    env,
    run(line, changes = {}) {
      const one = spawnLine(line, { ...env, ...changes })
      started.push(one)
      return one
    },
  }
}

const cacheOf = ({ PATH, XDG_CACHE_HOME }: NodeJS.ProcessEnv) => ({ PATH, XDG_CACHE_HOME })
