import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { cloneDatabase } from '../support/database.ts'
import { playRound } from '../support/platform-round.ts'
import { type RedisCluster, startRedisCluster } from '../support/redis-servers.ts'

const { db, url: databaseUrl } = await cloneDatabase()
let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

it('runs on a cluster of three nodes, with every key in one slot', { timeout: 90_000 }, async () => {
  const prefix = '{tidegauge}'
  await playRound(db, { databaseUrl, redisUrl: cluster.urls, prefix })

  const keys = await Promise.all(cluster.nodes.map(({ admin }) => admin.keys('*')))
  const home = await cluster.nodes[0]!.admin.cluster('KEYSLOT', prefix)
  const slots = await Promise.all(keys.flat().map((key) => cluster.nodes[0]!.admin.cluster('KEYSLOT', key)))
  expect(keys.filter(({ length }) => length > 0)).toHaveLength(1)
  expect(keys.flat().length).toBeGreaterThan(20)
  expect(new Set(slots)).toEqual(new Set([home]))
})

it('is refused a prefix without a hash tag, which would spread the keys of one script over nodes', () => {
  const wrong = { REDIS_URL: cluster.urls, TIDEGAUGE_PREFIX: 'tidegauge' }
  expect(() => loadConfig(wrong)).toThrow(/TIDEGAUGE_PREFIX: a Redis cluster needs a hash tag/)
  expect(() => loadConfig({ ...wrong, TIDEGAUGE_PREFIX: '{tidegauge}' })).not.toThrow()
  expect(() => loadConfig({ REDIS_URL: 'redis://a,http://b' })).toThrow(/REDIS_URL: expected a redis:/)
})
