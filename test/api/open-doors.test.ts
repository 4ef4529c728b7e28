import { request } from 'node:http'
import { expect, it } from 'vitest'
import { createApiKey, revokeApiKey } from '../../src/db/api-keys.ts'
import { createClient, startOn, testConfig } from '../support/api.ts'
import { cloneDatabase } from '../support/database.ts'
import { testRedis } from '../support/redis.ts'

const { url: databaseUrl, db } = await cloneDatabase()
const { url: redisUrl, prefix } = testRedis()
const config = testConfig({ databaseUrl, redisUrl, queuePrefix: prefix })
const onEveryAddress = { ...config, http: { ...config.http, host: '0.0.0.0' } }

/** With a `Host` header of choice, which `fetch` does not allow. */
function statusFor(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    request(new URL('/jobs', url), { headers, method }, (res) => {
      res.resume()
      resolve(res.statusCode!)
    })
      .once('error', reject)
      .end()
  })
}

it('lets this machine do everything while no key was ever made, and nobody else', async () => {
  await using api = await startOn(config)
  const { ask, post } = createClient(api.url, null)
  expect((await ask('/jobs')).status).toBe(200)
  expect((await post('/collect')).status).toBe(202)
  expect((await ask('/admin/queues')).status).toBe(200)
  expect(await statusFor(api.url, { host: 'localhost:8000' })).toBe(200)
  // A name of somebody else's that was made to point here, and a proxy that stands before us.
  expect(await statusFor(api.url, { host: 'evil.example' })).toBe(401)
  expect(await statusFor(api.url, { 'x-forwarded-for': '198.51.100.7' })).toBe(401)
  // A page of another origin in this machine's browser.
  const foreign = await post('/collect', undefined, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect(foreign).toMatchObject({ status: 403, body: { code: 'foreign_page' } })
})

it('does not start on an address that others reach while there is no key', async () => {
  await expect(startOn(onEveryAddress)).rejects.toThrow(
    /HOST: "0\.0\.0\.0" can be reached by others.*keys create/,
  )
})

it('needs a key from everybody once one was made, also when it is revoked', async () => {
  await using api = await startOn(config)
  const { ask } = createClient(api.url, null)
  expect((await ask('/jobs')).status).toBe(200)
  const { id, key } = await createApiKey(db, { name: 'first', scopes: ['read'] })
  await expect.poll(async () => (await ask('/jobs')).status, { timeout: 5_000 }).toBe(401)
  await using open = await startOn(onEveryAddress)
  expect((await createClient(open.url.replace('0.0.0.0', '127.0.0.1'), key).ask('/jobs')).status).toBe(200)

  await revokeApiKey(db, id)
  await expect.poll(async () => (await ask('/jobs', { key })).status, { timeout: 5_000 }).toBe(401)
  expect((await ask('/jobs')).status).toBe(401)
  await expect(startOn(onEveryAddress)).rejects.toThrow(/no key/)
})
