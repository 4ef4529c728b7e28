import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { checkout } from './product.ts'

const product = checkout('release: echo released\nweb: echo started')
let taken: Server
let port: number
beforeAll(async () => {
  taken = createServer((socket) => socket.end('220 mail\r\n')).listen(0, '127.0.0.1')
  await once(taken, 'listening')
  port = (taken.address() as { port: number }).port
})
afterAll(async () => {
  taken.close()
  await product[Symbol.asyncDispose]()
})

const database = new URL(inject('TIDEGAUGE_TEST_DATABASE_URL'))
const redis = new URL(inject('TIDEGAUGE_TEST_REDIS_URL'))
const changed = (url: URL, change: Partial<URL>) => Object.assign(new URL(url), change).href

interface Case {
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly sentence: RegExp
}

/** No Redis, and no apt to unpack one with. */
function pathWithNodeOnly(): string {
  const dir = join(product.dir, 'bin')
  mkdirSync(dir)
  symlinkSync(process.execPath, join(dir, 'node'))
  symlinkSync('/usr/bin/env', join(dir, 'env'))
  return dir
}

const cases: Record<string, () => Case> = {
  'a port that is taken': () => ({
    flags: ['--port', String(port)],
    sentence: new RegExp(`^PORT: ${port} on 127.0.0.1 is taken; choose another one with --port or PORT$`),
  }),
  'an address that is not of this machine': () => ({
    env: { HOST: '192.0.2.1' },
    sentence: /^HOST and PORT: cannot listen on 192.0.2.1:\d+ \(EADDRNOTAVAIL\)$/,
  }),
  'an unknown flag': () => ({ flags: ['--markt', 'live'], sentence: /^error: unknown option '--markt'/ }),
  'a flag without sense': () => ({
    flags: ['--protocols', 'many'],
    sentence: /^--protocols \(TIDEGAUGE_PROTOCOLS\): expected a whole number from 1 to 10000, got "many"$/,
  }),
  'a dataset that is not there': () => ({
    flags: ['--market', 'replay', '--dataset', 'nowhere'],
    sentence: /^--dataset \(TIDEGAUGE_DATASET_DIR\): there is no folder .*\/nowhere$/,
  }),
  'a home that cannot be written': () => ({
    env: { TIDEGAUGE_HOME: join(product.dir, 'Procfile') },
    sentence: /^TIDEGAUGE_HOME: the folder .*\/Procfile cannot be written \(E\w+\)$/,
  }),
  'no Redis to be had': () => ({
    env: { PATH: pathWithNodeOnly(), TIDEGAUGE_HOME: join(product.dir, 'no-redis') },
    sentence: /^REDIS_URL: not set, and there is no redis-server on the PATH; install one with .*$/,
  }),
  'a database server that is away': () => ({
    env: { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' },
    sentence: /^DATABASE_URL: cannot use u@127.0.0.1:1\/x: nothing listens there \(ECONNREFUSED\)$/,
  }),
  'a database password that is wrong': () => ({
    env: { DATABASE_URL: changed(database, { password: 'hunter2' }) },
    sentence: /^DATABASE_URL: cannot use tidegauge@.*: the server refuses this user and password \(28P01\)$/,
  }),
  'a database that is not there': () => ({
    env: { DATABASE_URL: changed(database, { pathname: 'nothing' }) },
    sentence: /^DATABASE_URL: cannot use .*\/nothing: the server has no such database \(3D000\)$/,
  }),
  'a database address where something else answers': () => ({
    env: { DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${port}/x` },
    sentence: /^DATABASE_URL: cannot use .*: something else than this kind of server answers/,
  }),
  'a Redis that is away': () => ({
    env: { REDIS_URL: 'redis://:hunter2@127.0.0.1:1' },
    sentence: /^REDIS_URL: cannot use 127.0.0.1:1: nothing listens there/,
  }),
  'a Redis password that is wrong': () => ({
    env: { REDIS_URL: changed(redis, { password: 'hunter2' }) },
    sentence: /^REDIS_URL: cannot use .*: the server refuses this user and password/,
  }),
  'an address that is none': () => ({
    env: { REDIS_URL: 'localhost' },
    sentence: /^REDIS_URL: expected a redis:\/\/ or rediss:\/\/ URL/,
  }),
}

describe('one clear sentence, no secret and a failure come of', () => {
  it.each(Object.entries(cases))('%s', { timeout: 60_000 }, async (_, make) => {
    const { flags = [], env = {}, sentence } = make()
    const run = product.start(flags, { PORT: String(await freePort()), ...env })
    expect(await run.ended).toBeGreaterThan(0)
    const lines = run.output().trimEnd().split('\n')
    expect(lines[0]).toMatch(sentence)
    expect(lines).toHaveLength(1)
    expect(run.output()).not.toContain('hunter2')
  })

  it("a market that the server cannot play, in the server's own words", { timeout: 120_000 }, async () => {
    const dir = join(product.dir, 'broken-dataset')
    mkdirSync(dir)
    writeFileSync(join(dir, 'protocols.json'), '[]')
    const flags = ['--market', 'replay', '--dataset', dir]
    const run = product.start(flags, {
      PORT: String(await freePort()),
      TIDEGAUGE_HOME: join(product.dir, 'replay'),
    })
    expect(await run.ended).toBe(2)
    expect(run.output().trimEnd().split('\n')).toHaveLength(1)
    expect(run.output()).toContain(dir)
    expect(run.output()).not.toContain('started')
    expect(existsSync(join(product.dir, '.tidegauge', 'postgres'))).toBe(false)
  })
})
