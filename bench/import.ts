import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { applyMigrations } from '../src/apply-migrations.ts'
import { exportDataset } from '../src/dataset-io/export-dataset.ts'
import { importDataset } from '../src/dataset-io/import-dataset.ts'
import { createDb, createPool } from '../src/db/connection.ts'
import { startGuard } from '../src/embedded/guard.ts'
import { openHome } from '../src/embedded/home.ts'
import { startPostgres } from '../src/embedded/postgres.ts'
import { writeDataset } from '../src/market/dataset.ts'
import { randomDataset } from './random-dataset.ts'
import { figure, median, timed, type Figure } from './report.ts'

const protocols = 2_500
const days = 400
const runs = 3

/** A dataset of a million rows into the embedded Postgres and out again. */
export async function run(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-bench-'))
  // Postgres may have to run as another user.
  chmodSync(dir, 0o755)
  const guard = startGuard()
  const home = openHome(join(dir, 'home'))
  const postgres = await startPostgres({
    home,
    guard,
    cacheDir: join(dir, 'cache'),
    notice: console.error,
  })
  try {
    await applyMigrations(postgres.url)
    return await measure(postgres.url, dir)
  } finally {
    await postgres[Symbol.asyncDispose]()
    home[Symbol.dispose]()
    guard[Symbol.dispose]()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(url: string, dir: string): Promise<Figure[]> {
  const pool = createPool({ url, maxConnections: 2, applicationName: 'tidegauge bench' })
  const db = createDb(pool)
  const dataset = join(dir, 'dataset')
  await writeDataset(dataset, randomDataset.make(protocols, days))
  const first: number[] = []
  const again: number[] = []
  const out: number[] = []
  for (let i = 0; i < runs; i++) {
    await sql`truncate protocols, fetches, observations, observation_revisions`.execute(db)
    first.push(await timed(() => importDataset(pool, dataset, { now: new Date() })))
    again.push(await timed(() => importDataset(pool, dataset, { now: new Date() })))
    out.push(await timed(() => exportDataset(db, join(dir, 'exported'), { asOf: new Date() })))
  }
  await db.destroy()
  const rows = `${((protocols * days) / 1e6).toFixed(1)} million rows`
  return [
    figure({ name: `import ${rows}`, value: median(first) / 1000, unit: 's', goal: '<= 20' }),
    figure({ name: `import ${rows} that are there already`, value: median(again) / 1000, unit: 's' }),
    figure({ name: `export ${rows}`, value: median(out) / 1000, unit: 's' }),
  ]
}
