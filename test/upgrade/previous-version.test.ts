import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/db/api-keys.ts'
import { startMarketServer } from '../../src/market/server/market-server.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'
import { createClient, startOn, testConfig } from '../support/api.ts'
import { cloneDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testRedis } from '../support/redis.ts'

const root = join(import.meta.dirname, '../..')
/** The first version with a complete pipeline, for as long as there is no tag. */
const firstComplete = 'fb740e688062a1fbfebe3fe90e3624853e20f207'

const git = (...words: string[]): string | undefined => {
  const { status, stdout } = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
const newestTag = git('describe', '--tags', '--abbrev=0', 'HEAD^')
const previous = git('rev-parse', '--verify', '--quiet', `${newestTag ?? firstComplete}^{commit}`)
const why = previous === undefined ? ' (skipped: this copy has no git history)' : ''

const { db, url: databaseUrl } = await cloneDatabase()
const redis = testRedis()

describe.runIf(previous !== undefined)(`the previous version on the tables of this one${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-previous-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it(
    'collects, builds, trains and scans, and this version serves its results',
    { timeout: 240_000 },
    async () => {
      build(previous!, folder)
      const dataset = simulateDataset({ seed: 5, protocols: 15, days: 130 })
      await using market = await startMarketServer({ dataset, mode: 'simulate' })
      const queues = ['alerts', 'anomaly', 'collection', 'features', 'maintenance', 'training']
      const child = spawn(process.execPath, [join(folder, 'dist/workers/main.js'), ...queues], {
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: databaseUrl,
          REDIS_URL: redis.url,
          TIDEGAUGE_PREFIX: redis.prefix,
          TIDEGAUGE_MARKET_URL: market.url,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let printed = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text) => (printed += String(text)))
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
      try {
        await eventually(async () => {
          if (child.exitCode !== null) throw new Error(`The previous version ended: ${printed}`)
          return (await db.selectFrom('scans').select('id').executeTakeFirst()) !== undefined
        }, 200_000)
      } finally {
        child.kill('SIGTERM')
      }
      expect(await ended).toBe(0)
      const failed = await db
        .selectFrom('jobRuns')
        .selectAll()
        .where('state', 'in', ['failed', 'quarantined'])
        .execute()
      expect(failed).toEqual([])

      const config = testConfig({ databaseUrl, redisUrl: redis.url, queuePrefix: redis.prefix })
      await using api = await startOn(config)
      const { key } = await createApiKey(db, { name: 'reader', scopes: ['read'] })
      const { ask } = createClient(api.url, key)
      for (const path of ['/anomaly/scan', '/protocols', '/models', '/jobs', '/incidents', '/alerts'])
        expect(`${path} ${(await ask(path)).status}`).toBe(`${path} 200`)
    },
  )
})

/** Takes the commit's files, and translates them one by one: the types were checked when they were written. */
function build(commit: string, target: string): void {
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 28 })
  execFileSync('tar', ['-x', '-C', target], { input: archive })
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'))
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  }
  for (const room of ['queues', 'workers', 'models', 'migrations', 'src'])
    for (const path of readdirSync(join(target, room), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts') || path.startsWith('dashboard')) continue
      const { outputText } = ts.transpileModule(readFileSync(join(target, room, path), 'utf8'), {
        compilerOptions,
      })
      const out = join(target, 'dist', room, path.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(out), { recursive: true })
      writeFileSync(out, outputText)
    }
}
