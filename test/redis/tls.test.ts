import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { startGuard } from '../../src/embedded/guard.ts'
import { openHome } from '../../src/embedded/home.ts'
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import type { Finding } from '../../src/cli/doctor/check.ts'
import { startRedisServer } from '../support/redis-servers.ts'

const program = join(import.meta.dirname, '../../dist/src/cli/main.js')
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const dir = mkdtempSync(join(tmpdir(), 'tidegauge-tls-'))
// Postgres may have to run as another user.
chmodSync(dir, 0o755)
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const at = (name: string): string => join(dir, name)

/** The built command, which `npm test` makes before; its authority is read by Node at its start. */
describe.runIf(hasOpenssl && existsSync(program))(
  'with certificates of an own authority',
  { timeout: 120_000 },
  () => {
    beforeAll(() => {
      const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: dir, stdio: 'pipe' })
      const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']
      openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Own authority')
      openssl(
        'req',
        ...newKey.slice(0, 3),
        '-keyout',
        'server.key',
        '-out',
        'server.csr',
        '-subj',
        '/CN=localhost',
      )
      writeFileSync(at('names'), 'subjectAltName=DNS:localhost')
      const signed = [
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        'names',
      ]
      openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem')
    })

    const doctor = (check: string, env: Record<string, string>): Finding => {
      const { stdout } = spawnSync(process.execPath, [program, 'doctor', '--json'], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], TIDEGAUGE_HOME: at('home'), ...env },
      })
      return (JSON.parse(stdout) as Finding[]).find((finding) => finding.check === check)!
    }
    const trusting = { NODE_EXTRA_CA_CERTS: at('ca.pem') }

    it('reaches Redis over rediss://, and refuses a certificate of somebody else or of another name', async () => {
      const files = {
        'tls-cert-file': at('server.pem'),
        'tls-key-file': at('server.key'),
        'tls-ca-cert-file': at('ca.pem'),
      }
      const port = await freePort()
      await using _redis = await startRedisServer({
        ...files,
        'tls-port': `${port}`,
        'tls-auth-clients': 'no',
      })
      const REDIS_URL = `rediss://localhost:${port}`
      expect(doctor('Redis', { REDIS_URL, ...trusting })).toMatchObject({ state: 'ok' })
      expect(doctor('Redis', { REDIS_URL })).toMatchObject({ state: 'fault' })
      const byAddress = REDIS_URL.replace('localhost', '127.0.0.1')
      expect(doctor('Redis', { REDIS_URL: byAddress, ...trusting })).toMatchObject({ state: 'fault' })
      expect(doctor('Redis', { REDIS_URL: REDIS_URL.replace('rediss', 'redis') })).toMatchObject({
        state: 'fault',
      })
    })

    it('reaches Postgres with sslmode=verify-full, and refuses a certificate of somebody else', async () => {
      const guard = startGuard()
      const home = openHome(at('postgres-home'))
      const notice = () => undefined
      const postgres = await startPostgres({ home, guard, notice, cacheDir: at('cache') })
      try {
        await encrypt(postgres)
        const plain = postgres.url.replace('127.0.0.1', 'localhost')
        const address = `${plain}?sslmode=verify-full&sslrootcert=${at('ca.pem')}`
        const client = new pg.Client({ connectionString: address })
        await client.connect()
        const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
        expect(rows).toEqual([{ ssl: true }])
        await client.end()
        expect(doctor('Postgres', { DATABASE_URL: address })).toMatchObject({ state: 'ok' })
        const unknown = `${plain}?sslmode=verify-full`
        expect(doctor('Postgres', { DATABASE_URL: unknown })).toMatchObject({ state: 'fault' })
        expect(doctor('Postgres', { DATABASE_URL: unknown, ...trusting })).toMatchObject({ state: 'ok' })
      } finally {
        await postgres[Symbol.asyncDispose]()
        guard[Symbol.dispose]()
        home[Symbol.dispose]()
      }
    })

    async function encrypt({ url, dataDir }: EmbeddedPostgres): Promise<void> {
      const { uid, gid } = statSync(dataDir)
      for (const name of ['server.pem', 'server.key']) {
        copyFileSync(at(name), join(dataDir, name))
        chownSync(join(dataDir, name), uid, gid)
        chmodSync(join(dataDir, name), 0o600)
      }
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      for (const change of [`ssl_cert_file = 'server.pem'`, `ssl_key_file = 'server.key'`, 'ssl = on'])
        await client.query(`alter system set ${change}`)
      await client.query('select pg_reload_conf()')
      await client.end()
    }
  },
)
