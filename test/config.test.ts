import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { variables } from '../src/config-variables.ts'
import { flagsAsEnvironment, loadConfig, loadServiceConfig } from '../src/config.ts'
import { InputError } from '../src/errors.ts'

const services = { DATABASE_URL: 'postgres://u:p@db/x', REDIS_URL: 'redis://cache' }

describe('the configuration', () => {
  it('is complete without a single variable', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      http: { host: '127.0.0.1', port: 8000 },
      market: { mode: 'simulate', protocols: 60, days: 400, seed: 42 },
      queuePrefix: '{tidegauge}',
      databaseUrl: undefined,
    })
    expect(config.homeDir).toMatch(/\/\.tidegauge$/)
  })

  it('takes a flag before the variable of the same meaning', () => {
    const config = loadConfig({ PORT: '9000', TIDEGAUGE_SEED: '1' }, { port: '9001' })
    expect(config.http.port).toBe(9001)
    expect(config.market.seed).toBe(1)
    expect(flagsAsEnvironment({ port: '9001', asOf: '2022-11-08' })).toEqual({
      PORT: '9001',
      TIDEGAUGE_AS_OF: '2022-11-08',
    })
  })

  it('counts a blank variable as unset', () => {
    expect(loadConfig({ PORT: '', TIDEGAUGE_DAYS: ' ' }).http.port).toBe(8000)
  })

  it('reports every fault at once, by the name of the variable or flag', () => {
    const env = { TIDEGAUGE_SEED: 'x', LOG_LEVEL: 'loud', TIDEGAUGE_BUDGET_COINGECKO: '10' }
    expect(() => loadConfig(env, { port: '70000' })).toThrow(
      new InputError(
        [
          '--port (PORT): expected a whole number from 1 to 65535, got "70000"',
          'LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent, got "loud"',
          'TIDEGAUGE_SEED: expected a whole number from 0 to 2147483647, got "x"',
          'TIDEGAUGE_BUDGET_COINGECKO: expected calls per seconds, such as 100/60s, got "10"',
        ].join('\n'),
      ),
    )
  })

  it('never shows the value of a variable that may hold a secret', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://root:hunter2@db/x' })).toThrow(
      /^DATABASE_URL: expected a postgres:\/\/ URL \((?!.*hunter2)/,
    )
  })

  it.each([
    [{ TIDEGAUGE_MARKET: 'replay' }, /^TIDEGAUGE_DATASET_DIR: needed by the market "replay"/],
    [{ TIDEGAUGE_DATASET_DIR: '/d' }, /^TIDEGAUGE_DATASET_DIR: only the market "replay"/],
    [{ TIDEGAUGE_MARKET: 'live', TIDEGAUGE_AS_OF: '2022-11-08' }, /^TIDEGAUGE_AS_OF: the live market/],
    [
      { TIDEGAUGE_AS_OF: '2022-02-30' },
      /^TIDEGAUGE_AS_OF: expected a date such as 2022-11-08, got "2022-02-30"/,
    ],
    [{ COINGECKO_PLAN: 'pro' }, /^COINGECKO_API_KEY: needed by COINGECKO_PLAN=pro/],
  ])('refuses what contradicts itself: %o', (env, message) => {
    expect(() => loadConfig(env)).toThrow(message)
  })
})

describe('the sources of market data', () => {
  it('are the local market server with raised budgets where there is one', () => {
    const { sources } = loadConfig({ TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:8010/' })
    expect(sources.defillama.url).toBe('http://127.0.0.1:8010/llama')
    expect(sources.defillama.coinsUrl).toBe('http://127.0.0.1:8010/coins-llama')
    expect(sources.coingecko.url).toBe('http://127.0.0.1:8010/coingecko/api/v3')
    expect(sources.coingecko.budget).toEqual({ calls: 6000, windowMs: 60_000 })
  })

  it('are the public services at their budgets on the live market, whatever local market is left set', () => {
    const { sources } = loadConfig({ TIDEGAUGE_MARKET: 'live', TIDEGAUGE_MARKET_URL: 'http://127.0.0.1:1' })
    expect(sources.defillama).toMatchObject({ url: 'https://api.llama.fi', budget: { calls: 100 } })
    expect(sources.coingecko).toMatchObject({
      url: 'https://api.coingecko.com/api/v3',
      budget: { calls: 10 },
    })
    expect(sources.historyDays).toBe(365)
  })

  it('follow the plan and the addresses that are given', () => {
    const plan = { TIDEGAUGE_MARKET: 'live', COINGECKO_PLAN: 'pro', COINGECKO_API_KEY: 'k' }
    const { sources } = loadConfig({
      ...plan,
      TIDEGAUGE_BUDGET_COINGECKO: '30/10s',
      DEFILLAMA_URL: 'http://x',
    })
    expect(sources.coingecko.url).toBe('https://pro-api.coingecko.com/api/v3')
    expect(sources.coingecko.budget).toEqual({ calls: 30, windowMs: 10_000 })
    expect(sources.defillama.url).toBe('http://x')
  })
})

describe('the configuration of a process that needs services', () => {
  it('names all that is missing', () => {
    expect(() => loadServiceConfig({})).toThrow(
      /DATABASE_URL: not set[^]*REDIS_URL: not set[^]*TIDEGAUGE_MARKET_URL: not set/,
    )
  })

  it('is content with the live market, which needs no local server', () => {
    const config = loadServiceConfig({ ...services, TIDEGAUGE_MARKET: 'live' })
    expect(config.databaseUrl).toBe(services.DATABASE_URL)
  })
})

it('is listed whole in .env.example, but for what every shell sets', () => {
  const example = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8')
  const listed = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name)
  const read = Object.keys(variables.shape).filter((name) => !['PATH', 'XDG_CACHE_HOME'].includes(name))
  expect(listed.toSorted()).toEqual(read.toSorted())
})
