import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { boardPath } from '../../src/api/board.ts'
import type { Route } from '../../src/api/define-route.ts'
import { routes } from '../../src/api/routes/index.ts'
import { revokeApiKey } from '../../src/db/api-keys.ts'
import { startTestApi } from '../support/api.ts'

const { ask, db, url, createKey } = await startTestApi()

const concrete = (path: string): string =>
  path.replace('{id}', path.startsWith('/protocols') ? 'aave' : randomUUID())
const guarded = routes.filter((route) => route.scope !== 'public')
const pages: Pick<Route, 'method' | 'path' | 'scope'>[] = [
  '/',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
  '/nowhere',
  boardPath,
  `${boardPath}/api/queues`,
  `${boardPath}/static/js/main.js`,
].map((path) => ({ method: 'get', path: path as `/${string}`, scope: 'read' }))
const everything = [...guarded, ...pages]

const unauthorized = { status: 401, body: { code: 'unauthorized' } }

describe('every route but /livez, /readyz and the login form', () => {
  it('refuses a request without a key', async () => {
    for (const route of everything)
      expect(await ask(concrete(route.path), { method: route.method, key: null }), route.path).toMatchObject(
        unauthorized,
      )
  })

  it('refuses a revoked, an unknown and a malformed key with the same answer', async () => {
    const key = await createKey('admin')
    expect((await ask('/jobs', { key })).status).toBe(200)
    const { id } = await db
      .selectFrom('apiKeys')
      .select('id')
      .where('prefix', '=', key.slice(0, 11))
      .executeTakeFirstOrThrow()
    await revokeApiKey(db, id)
    await expect.poll(async () => (await ask('/jobs', { key })).status, { timeout: 5_000 }).toBe(401)
    for (const route of everything)
      for (const bad of [key, 'tg_unknown', "tg_' or 1=1", ''])
        expect(await ask(concrete(route.path), { method: route.method, key: bad }), route.path).toMatchObject(
          unauthorized,
        )
    const details = new Set<unknown>()
    for (const bad of [null, key, 'tg_unknown'])
      details.add((await ask('/jobs', { key: bad })).body['detail'])
    expect(details.size).toBe(1)
  })

  it('refuses a key whose scope is not enough', async () => {
    const keys = { write: await createKey('read'), admin: await createKey('read', 'write') }
    const beyondRead = guarded.filter((route) => route.scope !== 'read')
    expect(beyondRead.length).toBeGreaterThan(10)
    for (const route of beyondRead) {
      const key = keys[route.scope as 'write' | 'admin']
      expect(await ask(concrete(route.path), { method: route.method, key }), route.path).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      })
    }
  })

  it('lets every key read', async () => {
    for (const scope of ['read', 'write', 'admin'] as const)
      expect((await ask('/jobs', { key: await createKey(scope) })).status, scope).toBe(200)
  })
})

describe('Bull Board', () => {
  it('is read-only even for an admin', async () => {
    for (const path of ['/api/queues/anomaly/pause', '/api/queues/anomaly/empty', '/api/queues/anomaly/add'])
      expect((await ask(`${boardPath}${path}`, { method: 'PUT' })).status, path).toBeGreaterThanOrEqual(400)
    const { body } = await ask<{ queues: { readOnlyMode: boolean }[] }>(`${boardPath}/api/queues`)
    expect(body.queues).toHaveLength(6)
    expect(body.queues.every((queue) => queue.readOnlyMode)).toBe(true)
  })

  it('loads nothing from elsewhere', async () => {
    const page = await ask<string>(boardPath, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//)
    const script = /src="(static\/[^"]+)"/.exec(page.body)![1]!
    expect((await ask(`${boardPath}/${script}`)).status).toBe(200)
  })
})

describe('a browser', () => {
  const asPerson = { accept: 'text/html,application/xhtml+xml' }
  const logIn = (key: string, next = '/docs') =>
    fetch(`${url}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ key, next }) })

  it('is shown the login form in place of a page, without scripts', async () => {
    const answer = await ask<string>('/admin/queues', { key: null, headers: asPerson })
    expect(answer.status).toBe(401)
    expect(answer.body).toContain('<form method="post" action="/login">')
    expect(answer.body).toContain('value="/admin/queues"')
    expect(answer.body).not.toContain('<script')
    expect((await ask('/login', { key: null })).status).toBe(200)
    expect((await ask('/login.css', { key: null })).status).toBe(200)
  })

  it('trades a key for a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await logIn(await createKey('read'))
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/docs')
    const cookie = answer.headers.get('set-cookie')!
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
    const session = { cookie: cookie.split(';')[0]! }
    expect((await ask('/docs', { key: null, headers: session })).status).toBe(200)
    expect((await ask('/collect', { method: 'POST', key: null, headers: session })).status).toBe(403)
  })

  it('does not get in with a wrong key or a forged cookie', async () => {
    expect((await logIn('tg_wrong')).status).toBe(401)
    const { id } = await db.selectFrom('apiKeys').select('id').executeTakeFirstOrThrow()
    const forged = `tidegauge_session=${id}.${Math.floor(Date.now() / 1000) + 1000}.${'A'.repeat(43)}`
    expect((await ask('/jobs', { key: null, headers: { cookie: forged } })).status).toBe(401)
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/x\r\nX-Y: z',
  ])('is never sent to %s after the login', async (next) => {
    expect((await logIn(await createKey('read'), next)).headers.get('location')).toBe('/')
  })

  it('cannot be made to act by a page of another origin', async () => {
    const cookie = (await logIn(await createKey('write'))).headers.get('set-cookie')!.split(';')[0]!
    for (const foreign of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      expect(
        await ask('/collect', { method: 'POST', key: null, headers: { cookie, ...foreign } }),
        JSON.stringify(foreign),
      ).toMatchObject({ status: 403, body: { code: 'foreign_page' } })
    expect(
      (await ask('/collect', { method: 'POST', key: null, headers: { cookie, origin: url } })).status,
    ).toBe(202)
  })

  it('is logged out by the end of its key', async () => {
    const key = await createKey('read')
    const cookie = (await logIn(key)).headers.get('set-cookie')!.split(';')[0]!
    const { id } = await db
      .selectFrom('apiKeys')
      .select('id')
      .where('prefix', '=', key.slice(0, 11))
      .executeTakeFirstOrThrow()
    await revokeApiKey(db, id)
    await expect
      .poll(async () => (await ask('/jobs', { key: null, headers: { cookie } })).status, { timeout: 5_000 })
      .toBe(401)
  })
})

it('keeps only the digest of a key, and notes when it was used', async () => {
  const key = await createKey('read')
  await ask('/jobs', { key })
  const stored = await db.selectFrom('apiKeys').selectAll().execute()
  expect(JSON.stringify(stored)).not.toContain(key)
  await expect
    .poll(async () => {
      const row = await db
        .selectFrom('apiKeys')
        .select('lastUsedAt')
        .where('prefix', '=', key.slice(0, 11))
        .executeTakeFirst()
      return row?.lastUsedAt
    })
    .toBeInstanceOf(Date)
})
