import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { startGuard } from '../../src/embedded/guard.ts'
import { openHome } from '../../src/embedded/home.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegauge-postgres-'))
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const isRoot = process.getuid?.() === 0

describe('the embedded Postgres', () => {
  it('keeps its data, port and password from one start to the next', async () => {
    const before = await startIn('kept')
    await query(before.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await before[Symbol.asyncDispose]()
    await using after = await startIn('kept')
    expect(after.url).toBe(before.url)
    expect(await query(after.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('runs beside another one', async () => {
    await using one = await startIn('one')
    await using other = await startIn('other')
    expect(one.port).not.toBe(other.port)
    await query(one.url, 'CREATE TABLE only_here (id int)')
    await expect(query(other.url, 'SELECT FROM only_here')).rejects.toThrow('does not exist')
  })

  it('listens on the loopback interface only and asks for the password', async () => {
    await using server = await startIn('guarded')
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
    const stranger = Object.assign(new URL(server.url), { password: 'guess' }).href
    await expect(query(stranger, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('is started again on the same port when its process is killed', async () => {
    await using server = await startIn('killed')
    await query(server.url, 'CREATE TABLE survivor AS SELECT 1 AS id')
    process.kill(recordedPid('killed'), 'SIGKILL')
    const deadline = { timeout: 20_000, interval: 100 }
    await expect
      .poll(() => query(server.url, 'SELECT id FROM survivor').catch(() => []), deadline)
      .toEqual([{ id: 1 }])
  })

  it('starts over a lock file whose process id belongs to somebody else by now', async () => {
    const before = await startIn('stale')
    const lockFile = join(before.dataDir, 'postmaster.pid')
    const lock = readFileSync(lockFile, 'utf8')
    await before[Symbol.asyncDispose]()
    writeFileSync(lockFile, lock.replace(/^\d+/, String(process.pid)))
    await using after = await startIn('stale')
    expect(await query(after.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('opens data whose recorded password is gone', async () => {
    const before = await startIn('forgotten')
    await before[Symbol.asyncDispose]()
    rmSync(join(folder, 'forgotten', 'services.json'))
    await using after = await startIn('forgotten')
    expect(after.password).not.toBe(before.password)
    expect(await query(after.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it.runIf(isRoot)(
    'runs as nobody, and under a folder closed to nobody keeps its data elsewhere',
    async () => {
      mkdirSync(join(folder, 'closed'), { mode: 0o700 })
      await using server = await startIn('closed/home')
      expect(server.dataDir).toMatch(/^\/var\/lib\/tidegauge\//)
      try {
        expect(statSync(server.dataDir).uid).not.toBe(0)
        expect(statSync(server.dataDir).mode & 0o777).toBe(0o700)
        expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      } finally {
        await server[Symbol.asyncDispose]()
        rmSync(server.dataDir, { recursive: true })
      }
    },
  )

  it('leaves nothing half-made when it cannot be made', async () => {
    const home = join(folder, 'half')
    mkdirSync(join(home, 'postgres.new'), { recursive: true })
    await using server = await startIn('half')
    expect(existsSync(`${server.dataDir}.new`)).toBe(false)
    expect(existsSync(`${server.dataDir}.password`)).toBe(false)
  })
})

async function startIn(name: string) {
  const home = openHome(join(folder, name))
  const guard = startGuard()
  const postgres = await startPostgres({
    home,
    guard,
    cacheDir: join(folder, 'cache'),
    notice: () => undefined,
  })
  return {
    ...postgres,
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]()
      guard[Symbol.dispose]()
      home[Symbol.dispose]()
    },
  }
}

function recordedPid(name: string): number {
  const record = JSON.parse(readFileSync(join(folder, name, 'services.json'), 'utf8')) as {
    postgres: { process: { pid: number } }
  }
  return record.postgres.process.pid
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(statement)).rows as unknown[]
  } finally {
    await client.end()
  }
}
