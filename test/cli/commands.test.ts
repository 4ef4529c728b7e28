import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { examineNode } from '../../src/cli/doctor/machine.ts'
import { judgeKeys, judgePostgresVersion, judgeRedis, uncountedKeys } from '../../src/cli/doctor/servers.ts'
import type { Run } from '../../src/cli/follow-run.ts'
import { loadDataset, writeDataset } from '../../src/market/dataset.ts'
import { openHome } from '../../src/embedded/home.ts'
import { smallDataset } from '../dataset-io/datasets.ts'
import { startTestApi } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFiles, tidegauge } from './cli.ts'

const { db, url, config, createKey, post } = await startTestApi()
const file = temporaryFiles()
const env: NodeJS.ProcessEnv = {
  TIDEGAUGE_URL: url,
  DATABASE_URL: config.databaseUrl,
  REDIS_URL: config.redisUrl,
  TIDEGAUGE_HOME: file('home'),
}
beforeAll(async () => {
  env['TIDEGAUGE_API_KEY'] = await createKey('write')
})
const cli = (...words: string[]) => tidegauge(words, env)
const oneOf = async <T>(...words: string[]): Promise<T> =>
  JSON.parse((await cli(...words, '--json')).out) as T

describe('tidegauge collect, train, scan and jobs', () => {
  it('queues a job and shows it', async () => {
    const run = await oneOf<Run>('train', '--family', 'anomaly', '--seed', '7')
    expect(run).toMatchObject({
      name: 'train-models',
      state: 'queued',
      payload: { family: 'anomaly', seed: 7 },
    })
    expect((await oneOf<Run>('jobs', run.id)).id).toBe(run.id)
    const { items } = await oneOf<{ items: Run[] }>('jobs', '--limit', '1')
    expect(items.map(({ id }) => id)).toEqual([run.id])
    expect((await cli('jobs', run.id)).out).toContain(`train-models ${run.id}: queued`)
    expect((await oneOf<Run>('jobs', run.id, '--cancel')).state).toBe('cancelled')
  })

  it('shows the runs of one state, and does the work of a cancelled one again', async () => {
    const { id } = await oneOf<Run>('collect')
    await cli('jobs', id, '--cancel')
    const { items } = await oneOf<{ items: Run[] }>('jobs', '--state', 'cancelled')
    expect(items.map((run) => run.id)).toContain(id)
    const again = await oneOf<Run>('jobs', id, '--retry')
    expect(again).toMatchObject({ name: 'collect-snapshot', state: 'queued' })
    expect(again.id).not.toBe(id)
    await cli('jobs', again.id, '--cancel')
  })

  it.each([
    ['an id that is none', ['jobs', 'nope'], 'Expected the id of a run'],
    ['a wait for nothing', ['jobs', '--wait'], 'need the id of a run'],
    ['two wishes at once', ['jobs', '--cancel', '--retry'], 'cannot be used with'],
  ])('refuses %s with exit code 2', async (_, words, sentence) => {
    const { code, err } = await cli(...words)
    expect(code).toBe(2)
    expect(err).toContain(sentence)
  })

  it('follows a run to its good end', async () => {
    const waiting = cli('scan', '--wait', '--json')
    const id = await queuedRun('scan-protocols')
    await db
      .updateTable('jobRuns')
      .set({
        state: 'completed',
        progress: 1,
        result: JSON.stringify({ scan_id: null }),
        finishedAt: new Date(),
      })
      .where('id', '=', id)
      .execute()
    const { code, out, err } = await waiting
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ id, state: 'completed', result: { scan_id: null } })
    expect(err).toMatch(/^scan-protocols: 0 %, .*\nscan-protocols: 100 %/)
  })

  it('ends with exit code 1 when the run it follows does not end well', async () => {
    const waiting = cli('collect', '--wait')
    const id = await queuedRun('collect-snapshot')
    await post(`/jobs/${id}/cancel`)
    const { code, err } = await waiting
    expect(code).toBe(1)
    expect(err).toMatch(new RegExp(`collect-snapshot ${id} cancelled$`))
  })

  /** Once the command has submitted it. */
  const queuedRun = (name: string): Promise<string> =>
    eventually(async () => {
      const runs = db.selectFrom('jobRuns').select('id').where('name', '=', name)
      return (await runs.where('state', '=', 'queued').executeTakeFirst())?.id
    })
})

describe('tidegauge risk and anomalies', () => {
  it("tells the API's own reason when there is nothing to show", async () => {
    expect(await cli('risk', 'nope')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no protocol "nope"') as string,
    })
    expect(await cli('anomalies')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No scan') as string,
    })
  })

  it('says which variable opens the door', async () => {
    const { code, err } = await tidegauge(['anomalies'], { ...env, TIDEGAUGE_API_KEY: 'tg_wrong' })
    expect(code).toBe(1)
    expect(err).toContain('TIDEGAUGE_API_KEY')
  })

  it('ends with exit code 3 when nobody answers', async () => {
    const { code, err } = await tidegauge(['anomalies'], { ...env, TIDEGAUGE_URL: 'http://127.0.0.1:2' })
    expect(code).toBe(3)
    expect(err).toMatch(/^No Tidegauge answers at http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\)/)
  })
})

describe('tidegauge keys', () => {
  it('shows a key once, lists it without its secret, and revokes it', async () => {
    const { key } = await oneOf<{ key: string }>('keys', 'create', 'ci', '--scope', 'write')
    expect(key).toMatch(/^tg_[\w-]{43}$/)
    expect((await cli('keys', 'list')).out).toContain('ci')
    expect((await cli('keys', 'list', '--json')).out).not.toContain(key)
    const prefix = key.slice(0, 11)
    expect(await cli('keys', 'revoke', prefix)).toMatchObject({ code: 0 })
    expect(await cli('keys', 'revoke', prefix)).toMatchObject({
      code: 1,
      err: `The key "${prefix}" is already revoked`,
    })
    expect((await cli('keys', 'revoke', 'nothing')).err).toContain('There is no key "nothing"')
  })

  it('refuses a scope that there is not', async () => {
    const { code, err } = await cli('keys', 'create', 'x', '--scope', 'root')
    expect(code).toBe(2)
    expect(err).toContain('Allowed choices are read, write, admin')
  })
})

describe('tidegauge import and export', () => {
  it('brings a dataset in and out again, whole', async () => {
    const [dir, again] = [file('dataset'), file('again')]
    await writeDataset(dir, smallDataset)
    const first = await oneOf('import', dir)
    expect(first).toEqual({ protocols: 2, rows: 4, written_rows: 4, new_incidents: 1 })
    expect(await oneOf('import', dir)).toMatchObject({ written_rows: 0, new_incidents: 0 })
    const { code, out, err } = await cli('export', again)
    expect({ code, err }).toEqual({ code: 0, err: 'Exporting: 100 %, 3 of 3 protocols' })
    expect(out).toBe(`${again}: 4 rows of 3 protocols and 1 incidents`)
    expect((await loadDataset(again)).series[0]).toEqual((await loadDataset(dir)).series[0])
  })

  it('names file, line and column of a cell that cannot be', async () => {
    const csv = file('bad.csv', [
      'date,slug,tvl_usd,price_usd,market_cap_usd,volume_usd',
      '2022-01-30,aave,1,2,3,4',
      '2022-01-31,aave,much,2,3,4',
    ])
    const { code, err } = await cli('import', csv)
    expect(code).toBe(2)
    expect(err).toMatch(/bad\.csv.*3.*tvl_usd.*much/)
  })

  it('finds the database of the instance that runs in the home, and says when there is none', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tidegauge-instance-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const listKeys = () => tidegauge(['keys', 'list'], { TIDEGAUGE_HOME: dir })
    expect(await listKeys()).toMatchObject({
      code: 3,
      err: expect.stringContaining('No Tidegauge runs in') as string,
    })

    const home = openHome(dir)
    const { databaseUrl, redisUrl } = config
    home.announce({ apiUrl: url, databaseUrl, redisUrl })
    expect(statSync(join(dir, 'instance.json')).mode & 0o777).toBe(0o600)
    expect(await listKeys()).toMatchObject({ code: 0 })
    home[Symbol.dispose]()
    expect(await listKeys()).toMatchObject({ code: 3 })
  })
})

describe('tidegauge doctor', () => {
  it('finds the services of the suite in order, but for what a test machine lacks', async () => {
    const { out } = await cli('doctor', '--json')
    const states = new Map(
      (JSON.parse(out) as { check: string; state: string }[]).map(({ check, state }) => [check, state]),
    )
    for (const check of [
      'Node',
      'Postgres',
      'Tables',
      'API keys',
      'Redis',
      'Redis memory policy',
      'API',
      'Clock against Redis',
    ])
      expect({ check, state: states.get(check) }).toEqual({ check, state: 'ok' })
  })

  it('ends with exit code 1 and a remedy for each fault', async () => {
    const { code, out } = await tidegauge(['doctor'], {
      ...env,
      DATABASE_URL: 'postgres://u:secret@127.0.0.1:2/x',
    })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ Postgres.*nothing listens there.*\n.*→ Start the server, or correct DATABASE_URL/)
    expect(out).not.toContain('secret')
  })

  it('judges versions, Redis settings and keys', () => {
    expect(examineNode('18.20.1')).toMatchObject({
      state: 'fault',
      remedy: expect.stringContaining('20.19') as string,
    })
    expect(examineNode('22.1.0').state).toBe('ok')
    expect(judgePostgresVersion('13.9 (Debian)').state).toBe('fault')
    expect(judgePostgresVersion('16.2').state).toBe('ok')
    const redis = judgeRedis({ redis_version: '6.0.16', maxmemory_policy: 'allkeys-lru', aof_enabled: '0' })
    expect(redis.map(({ state }) => state)).toEqual(['fault', 'fault', 'warning'])
    const nobody = { keys: [], wasAnyMade: false }
    expect(judgeKeys('0.0.0.0', nobody).state).toBe('fault')
    expect(judgeKeys('127.0.0.1', nobody).state).toBe('ok')
    expect(judgeKeys('127.0.0.1', { keys: [], wasAnyMade: true }).state).toBe('warning')
    expect(uncountedKeys('0.0.0.0')).toMatchObject([{ check: 'API keys', state: 'warning' }])
    expect(uncountedKeys('localhost')).toEqual([])
  })

  it('warns of a file with secrets that others can read', async () => {
    writeFileSync(join(openedHome(), 'services.json'), '{}', { mode: 0o644 })
    expect((await cli('doctor')).out).toMatch(/! Secrets.*0644\n.*chmod 600/)
  })

  function openedHome(): string {
    const home = openHome(env['TIDEGAUGE_HOME']!)
    home[Symbol.dispose]()
    return home.dir
  }
})

describe('tidegauge completion', () => {
  it('offers commands, algorithms and options where they fit, in a real bash', async () => {
    const { out } = await cli('completion', 'bash')
    const complete = (...words: string[]): string[] =>
      execFileSync('bash', [
        '-c',
        `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tidegauge; echo "\${COMPREPLY[@]}"`,
        'bash',
        ...words,
      ])
        .toString()
        .trim()
        .split(' ')
    expect(complete('tidegauge', 'ke')).toEqual(['keys'])
    expect(complete('tidegauge', 'keys', '')).toEqual(expect.arrayContaining(['create', 'list', 'revoke']))
    expect(complete('tidegauge', 'lab', 'fit', 'xg')).toEqual(['xgboost'])
    expect(complete('tidegauge', 'lab', 'detect', 'lof', '--con')).toEqual(['--contamination'])
  })

  it('is read by zsh through its own completion of bash', async () => {
    expect((await cli('completion', 'zsh')).out).toMatch(/^autoload .*\n.*bashcompinit\n_tidegauge\(\)/)
  })
})

describe('the client', () => {
  it('is made from the routes as they are now; "npm run client" writes it anew', async () => {
    const { generateSchema } = await import('../../src/client/generate-schema.ts')
    const written = readFileSync(new URL('../../src/client/schema.ts', import.meta.url), 'utf8')
    expect(written === (await generateSchema())).toBe(true)
  })
})
