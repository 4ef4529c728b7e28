import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { startGuard } from '../../src/embedded/guard.ts'
import { openHome } from '../../src/embedded/home.ts'
import { redisInstallCommand } from '../../src/embedded/operating-system.ts'
import { findExecutable, findRedis } from '../../src/embedded/redis-program.ts'
import { startRedis } from '../../src/embedded/redis.ts'
import { InputError } from '../../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegauge-redis-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const searchPath = process.env['PATH'] ?? ''
const hasApt = findExecutable('apt-get', searchPath) !== undefined
const isRedis = /^(redis|valkey)/

/** This machine's programs without any Redis among them, also where one is installed. */
function pathWithoutRedis(): string {
  const dir = join(folder, 'bin')
  mkdirSync(dir)
  const programs = new Map<string, string>()
  for (const from of searchPath.split(':').filter((each) => existsSync(each)))
    for (const name of readdirSync(from)) if (!programs.has(name)) programs.set(name, join(from, name))
  for (const [name, file] of programs) if (!isRedis.test(name)) symlinkSync(file, join(dir, name))
  return dir
}

describe('where Redis comes from', () => {
  it.runIf(hasApt)(
    "is the distribution's packages, unpacked without installing, when the PATH has none",
    { timeout: 120_000 },
    async () => {
      const search = { searchPath: pathWithoutRedis(), cacheDir: join(folder, 'cache') }
      const program = await findRedis(search)
      expect(program.origin).toMatch(/^unpacked in \d+\.\d s from this system's packages/)
      expect(program.file.startsWith(search.cacheDir)).toBe(true)
      expect(readdirSync(search.cacheDir)).toHaveLength(1)
      expect((await findRedis(search)).origin).toMatch(/^unpacked earlier/)

      await using redis = await startIn('unpacked', search.searchPath, search.cacheDir)
      expect(await answerOf(redis.url)).toBe('PONG')
    },
  )

  it('is the one on the PATH when there is one', async () => {
    const program = await findRedis({ searchPath, cacheDir: sharedCache() })
    const bin = join(folder, 'own-bin')
    mkdirSync(bin)
    const file = join(bin, 'redis-server')
    const libraries = program.libraryPath ? `LD_LIBRARY_PATH='${program.libraryPath}' ` : ''
    writeFileSync(file, `#!/bin/sh\n${libraries}exec '${program.file}' "$@"\n`)
    chmodSync(file, 0o755)

    await using redis = await startIn('found', bin, join(folder, 'unused'))
    expect(redis.origin).toBe(`found at ${file}`)
    expect(await answerOf(redis.url)).toBe('PONG')
  })

  it('is told in one sentence when there is none to be had', async () => {
    const fault = await findRedis({ searchPath: folder, cacheDir: folder }).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(InputError)
    expect((fault as Error).message).toMatch(
      /^REDIS_URL: not set, and there is no redis-server on the PATH; install one with .*, or set REDIS_URL$/,
    )
  })
})

describe('the embedded Redis', () => {
  it('never evicts, writes an append-only file, and refuses who has no password', async () => {
    await using redis = await startIn('settings', searchPath, sharedCache())
    const client = new Redis(redis.url)
    for (const [name, value] of [
      ['maxmemory-policy', 'noeviction'],
      ['appendonly', 'yes'],
      ['appendfsync', 'everysec'],
      ['bind', '127.0.0.1'],
    ] as const)
      expect(await client.config('GET', name)).toEqual([name, value])
    await client.quit()
    await expect(answerOf(`redis://127.0.0.1:${redis.port}`)).rejects.toThrow('NOAUTH')
  })
})

it.each([
  ['ID=ubuntu\nID_LIKE=debian\n', '"sudo apt-get install redis-server"'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', '"sudo dnf install valkey"'],
  ['ID=alpine\n', '"apk add redis"'],
  ['ID=arch\n', '"sudo pacman -S valkey"'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', '"sudo zypper install redis"'],
  ['', "this system's package manager"],
])('names the install command of the system %j', (osRelease, command) => {
  expect(redisInstallCommand(osRelease, 'linux')).toBe(command)
})

async function startIn(name: string, path: string, cacheDir: string) {
  const home = openHome(join(folder, name))
  const guard = startGuard()
  const redis = await startRedis({ home, guard, cacheDir, notice: () => undefined }, path)
  return {
    ...redis,
    async [Symbol.asyncDispose]() {
      await redis[Symbol.asyncDispose]()
      guard[Symbol.dispose]()
      home[Symbol.dispose]()
    },
  }
}

/** One unpacking serves the tests that are not about it. */
function sharedCache(): string {
  return join(folder, 'cache')
}

async function answerOf(url: string): Promise<string> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    return await client.ping()
  } finally {
    client.disconnect()
  }
}
