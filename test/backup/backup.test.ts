import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { migrateWithin, migrationNames } from '../../src/apply-migrations.ts'
import { writeBackup } from '../../src/backup/write-backup.ts'
import { createApiKey } from '../../src/db/api-keys.ts'
import { listMigrations } from '../../src/db/backup-tables.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { temporaryFiles, tidegauge } from '../cli/cli.ts'
import { createClient, startOn, testConfig } from '../support/api.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { testRedis } from '../support/redis.ts'
import {
  makeCurrent,
  storeAlert,
  storeModel,
  storeProtocol,
  storeRisk,
  storeScan,
  storeSeries,
  storeVector,
} from '../support/stored-results.ts'
import { contentsOf } from '../support/table-contents.ts'

const source = await cloneDatabase()
const { db } = source
const file = temporaryFiles()
const redis = testRedis()
const backup = file('platform.tar')
const home = file('home')
const cli = (databaseUrl: string, ...words: string[]) =>
  tidegauge(words, { DATABASE_URL: databaseUrl, TIDEGAUGE_HOME: home })
let key = ''
/** What the backup saw. */
let saved: Record<string, string> = {}

beforeAll(async () => {
  await storeProtocol(db, 'aave')
  await storeProtocol(db, 'tabs\tand\nlines', { category: null, chains: ['a"b', 'ö{}'] })
  await storeSeries(db, 'aave', 40)
  const risk = await storeModel(db, 'risk', { artifact: Buffer.from([0, 255, 92, 10]) })
  const anomaly = await storeModel(db, 'anomaly')
  await makeCurrent(db, 'risk', risk)
  await makeCurrent(db, 'anomaly', anomaly)
  await storeRisk(db, 'aave', risk)
  await storeVector(db, 'aave')
  await storeScan(db, anomaly, { aave: 0.95 })
  await storeAlert(db, 'aave')
  await submitJob(db, 'collect-snapshot', {}, { origin: 'api' })
  await db
    .insertInto('alertChannels')
    .values({
      id: randomUUID(),
      name: 'desk',
      kind: 'webhook',
      target: 'https://1.1.1.1/',
      secret: 'shared',
      minLevel: 'low',
      isEnabled: true,
    })
    .execute()
  key = (await createApiKey(db, { name: 'reader', scopes: ['admin'] })).key
  await source.pool.query(
    `insert into fetches (source, endpoint, fetched_at, content_hash, row_count, refused_count)
     select 'defillama', 'e', now(), 'h', 1, 0 from generate_series(1, 7)`,
  )
  await source.pool.query('delete from fetches where id > 5')
  const { code } = await cli(source.url, 'backup', '--out', backup)
  expect(code).toBe(0)
  saved = await contentsOf(source.pool)
})

/** A database without any table. */
async function bareDatabase(): Promise<TestDatabase> {
  const bare = await cloneDatabase()
  await bare.pool.query('drop schema public cascade')
  await bare.pool.query('create schema public')
  return bare
}

describe('a backup', () => {
  it('is a tar file for its owner alone, whose digests and rows the usual programs read', () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    const folder = file('unpacked')
    execFileSync('mkdir', [folder])
    execFileSync('tar', ['xf', backup, '-C', folder])
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder })
    const rows = gunzipSync(readFileSync(`${folder}/tables/protocols.copy.gz`)).toString()
    expect(rows.match(/^aave\t/gm)).toHaveLength(1)
  })

  it('never replaces a file', async () => {
    const { code, err } = await cli(source.url, 'backup', '--out', backup)
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already') as string,
    })
  })

  it('holds one moment, whatever is written meanwhile', async () => {
    const busy = await cloneDatabase()
    const [first, last] = ['alert_channels', 'settings']
    await busy.pool.query(`insert into settings select 'filler' || g, '0' from generate_series(1, 50000) g`)
    let written = 0
    const over = new AbortController()
    const writing = (async () => {
      while (!over.signal.aborted) {
        written++
        await busy.pool.query(
          `with a as (insert into ${first} (id, name, kind, target) values (gen_random_uuid(), $1, 'slack', 't'))
           insert into ${last} values ($1, '1')`,
          [`both ${written}`],
        )
      }
    })()
    await writeBackup(busy.pool, file('busy.tar'), { madeAt: new Date() })
    over.abort()
    await writing
    const target = await bareDatabase()
    await cli(target.url, 'restore', file('busy.tar'))
    const { rows } = await target.pool.query<{ a: number; b: number }>(
      `select (select count(*) from ${first}) as a, (select count(*) from ${last} where name like 'both%') as b`,
    )
    expect(rows[0]!.a).toBe(rows[0]!.b)
    expect(written).toBeGreaterThan(rows[0]!.a)
  })

  it('leaves no file behind when it is interrupted', async () => {
    const interruption = new AbortController()
    const target = file('interrupted.tar')
    const work = writeBackup(source.pool, target, {
      madeAt: new Date(),
      signal: interruption.signal,
      onProgress: ({ tables }) => tables === 3 && interruption.abort(),
    })
    await expect(work).rejects.toThrow(/abort/i)
    expect([existsSync(target), existsSync(`${target}.partial`)]).toEqual([false, false])
  })

  it('says so when there is nothing to save', async () => {
    const bare = await bareDatabase()
    expect(await cli(bare.url, 'backup', '--out', file('nothing.tar'))).toMatchObject({ code: 2 })
    expect(await tidegauge(['backup'], { TIDEGAUGE_HOME: file('nowhere') })).toMatchObject({ code: 3 })
  })
})

describe('a restored database', () => {
  it.each([
    ['without tables', bareDatabase],
    ['that was migrated and is empty', cloneDatabase],
  ])('holds the same rows in every table, from a database %s', async (_case, prepare) => {
    const target = await prepare()
    const { code, out } = await cli(target.url, 'restore', backup, '--json')
    expect(code).toBe(0)
    expect(await contentsOf(target.pool)).toEqual(saved)
    expect(JSON.parse(out)).toMatchObject({ tables: Object.keys(saved).length, migrated: [] })
  })

  it('goes on counting where the source stood, so that no number is given twice', async () => {
    const target = await bareDatabase()
    await cli(target.url, 'restore', backup)
    const { rows } = await target.pool.query<{ id: number }>(
      `insert into fetches (source, endpoint, fetched_at, content_hash, row_count, refused_count)
       values ('defillama', 'e', now(), 'h', 1, 0) returning id`,
    )
    expect(rows[0]!.id).toBe(8)
  })

  it('answers as the source does, with the same keys', async () => {
    const target = await bareDatabase()
    await cli(target.url, 'restore', backup)
    const answers = await Promise.all(
      [source.url, target.url].map(async (databaseUrl) => {
        const config = testConfig({ databaseUrl, redisUrl: redis.url, queuePrefix: redis.prefix })
        await using api = await startOn(config)
        const { ask } = createClient(api.url, key)
        const paths = ['/protocols', '/risk/protocols', '/anomaly/scan', '/alerts', '/models', '/jobs']
        return await Promise.all(paths.map(async (path) => [path, await ask(path)] as const))
      }),
    )
    const bodies = answers.map((list) => list.map(([path, { status, body }]) => [path, status, body]))
    expect(bodies[1]).toEqual(bodies[0])
    expect(answers[0]!.map(([, { status }]) => status)).toEqual([200, 200, 200, 200, 200, 200])
  })

  it('is brought to this version when the backup is older', async () => {
    const old = await bareDatabase()
    const client = await old.pool.connect()
    await migrateWithin(client, migrationNames.at(-2))
    client.release()
    const archive = file('older.tar')
    await writeBackup(old.pool, archive, { madeAt: new Date() })
    const target = await bareDatabase()
    const { out } = await cli(target.url, 'restore', archive, '--json')
    expect(JSON.parse(out)).toMatchObject({ migrated: [migrationNames.at(-1)] })
    const empty = await cloneDatabase()
    expect(await contentsOf(target.pool)).toEqual(await contentsOf(empty.pool))
  })

  it('is the embedded one of a home where nothing else is configured', async () => {
    const embedded = { TIDEGAUGE_HOME: file('other-home'), PATH: process.env['PATH'] }
    expect(await tidegauge(['restore', backup], embedded)).toMatchObject({ code: 0 })
    expect(await tidegauge(['backup', '--out', file('again.tar')], embedded)).toMatchObject({ code: 0 })
    const target = await bareDatabase()
    await cli(target.url, 'restore', file('again.tar'))
    expect(await contentsOf(target.pool)).toEqual(saved)
  })
})

describe('a restore refuses', () => {
  const refusal = async (archive: string, target?: TestDatabase): Promise<string> => {
    const { url, pool } = target ?? (await bareDatabase())
    const { code, err } = await cli(url, 'restore', archive)
    expect(code).toBe(2)
    if (!target) {
      const client = await pool.connect()
      expect(await listMigrations(client)).toBeUndefined()
      client.release()
    }
    return err
  }
  const changed = (name: string, change: (bytes: Buffer) => void): string => {
    const bytes = readFileSync(backup)
    change(bytes)
    writeFileSync(file(name), bytes)
    return file(name)
  }

  it('a database that holds rows', async () => {
    const target = await cloneDatabase()
    await storeProtocol(target.db, 'mine')
    expect(await refusal(backup, target)).toContain('its table protocols has rows')
    expect((await target.pool.query('select id from protocols')).rows).toEqual([{ id: 'mine' }])
  })

  it('a file that was cut off, anywhere', async () => {
    const { size } = statSync(backup)
    for (const share of [0.999, 0.5, 0.01, 0]) {
      const cut = changed('cut.tar', () => undefined)
      truncateSync(cut, Math.floor((size - 1024) * share))
      expect(await refusal(cut)).toMatch(/is cut off|no backup/)
    }
  })

  it('a file in which a single bit has changed', async () => {
    const { size } = statSync(backup)
    for (const share of [0.02, 0.3, 0.6, 0.9]) {
      // Padding between entries says nothing, so the bit is looked for among bytes that do.
      const flipped = changed('flipped.tar', (bytes) => {
        let at = Math.floor(size * share)
        while (bytes[at] === 0) at++
        bytes[at] = bytes[at]! ^ 1
      })
      expect(await refusal(flipped)).toMatch(/damaged|no backup/)
    }
  })

  it('a table that its own version does not have', async () => {
    const strange = await cloneDatabase()
    await strange.pool.query('alter table settings add column sneaked text')
    const archive = file('strange.tar')
    await writeBackup(strange.pool, archive, { madeAt: new Date() })
    expect(await refusal(archive)).toContain('its tables are not those of its version: settings')
  })

  it('what is no backup, and what is not there', async () => {
    const other = file('other.tar', ['x'.repeat(4096)])
    expect(await refusal(other)).toContain('is no backup of Tidegauge')
    expect(await refusal(file('missing.tar'))).toContain('cannot be read (ENOENT)')
  })

  it('a backup of a newer version', async () => {
    const newer = await cloneDatabase()
    await newer.pool.query(`insert into kysely_migration values ('29990101T000001-later', '2999')`)
    const archive = file('newer.tar')
    await writeBackup(newer.pool, archive, { madeAt: new Date() })
    expect(await refusal(archive)).toMatch(/newer version .* took the step 29990101T000001-later/)
  })
})
