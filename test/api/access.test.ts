import { describe, expect, it } from 'vitest'
import { revokeApiKey } from '../../src/db/api-keys.ts'
import { startTestApi } from '../support/api.ts'

const { ask, db, url, createKey } = await startTestApi()

describe('a key', () => {
  it('lets every key read', async () => {
    for (const scope of ['read', 'write', 'admin'] as const)
      expect((await ask('/jobs', { key: await createKey(scope) })).status, scope).toBe(200)
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
