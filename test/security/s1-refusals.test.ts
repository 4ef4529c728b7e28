import { createRequire } from 'node:module'
import { randomUUID } from 'node:crypto'
import type { appRoutes } from '@bull-board/api/dist/routes.js'
import { describe, expect, it } from 'vitest'
import { boardPath } from '../../src/api/board/board.ts'
import { revokeApiKey } from '../../src/db/api-keys.ts'
import { startTestApi } from '../support/api.ts'
import type { OpenApi } from '../support/generated-requests.ts'

const { ask, db, createKey } = await startTestApi()

interface Door {
  readonly method: string
  readonly path: string
  readonly scope: 'read' | 'write' | 'admin'
}

const document = (await ask<OpenApi>('/openapi.json')).body
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method,
    path,
    scope: (operation as unknown as { 'x-scope': Door['scope'] | 'public' })['x-scope'],
  })),
)
const concrete = (path: string): string =>
  path.replace('{id}', path.startsWith('/protocols') ? 'aave' : randomUUID())
const documented = operations.flatMap(({ method, path, scope }): Door[] =>
  scope === 'public' ? [] : [{ method, path: concrete(path), scope }],
)

const board = createRequire(import.meta.url)('@bull-board/api/dist/routes.js') as {
  appRoutes: typeof appRoutes
}
const boardRoutes = [board.appRoutes.entryPoint, ...board.appRoutes.api].flatMap(({ method, route }) =>
  [method].flat().flatMap((verb) =>
    [route].flat().map((path): Door => ({
      method: verb,
      path: boardPath + path.replace(':queueName', 'anomaly').replace(/:\w+/g, 'failed'),
      scope: verb === 'get' ? 'read' : 'admin',
    })),
  ),
)
const pages = ['/', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js', '/openapi.json', '/nowhere']
const otherPages = [...pages, `${boardPath}/static/js/main.js`].map((path): Door => ({
  method: 'get',
  path,
  scope: 'read',
}))
const doors = [...documented, ...boardRoutes, ...otherPages]

/** What all of them answer to one key, the same answers once. */
async function answersTo(key: string | null, asked: readonly Door[] = doors) {
  const answers = await Promise.all(
    asked.map(async ({ method, path }) => {
      const { status, body } = await ask<{ code?: string; detail?: string }>(path, { method, key })
      return { door: `${method} ${path}`, status, code: body.code, detail: body.detail }
    }),
  )
  expect(answers).toHaveLength(asked.length)
  return answers
}
const without = <T extends { status: number; code: string | undefined }>(
  answers: T[],
  status: number,
  code: string,
) => answers.filter((answer) => answer.status !== status || answer.code !== code)

describe('S1: every route of the document and of Bull Board, and every page', () => {
  it('is among those asked here; only /livez and /readyz are open', () => {
    expect(operations.filter(({ scope }) => scope === 'public').map(({ path }) => path)).toEqual([
      '/livez',
      '/readyz',
    ])
    expect(documented.length).toBeGreaterThan(45)
    expect(boardRoutes.filter(({ scope }) => scope === 'admin').length).toBeGreaterThan(20)
  })

  it('S1: refuses a request without a key', async () => {
    expect(without(await answersTo(null), 401, 'unauthorized')).toEqual([])
  })

  it('S1: refuses a revoked, an unknown and a malformed key, all with the same words', async () => {
    const key = await createKey('admin')
    expect((await ask('/jobs', { key })).status).toBe(200)
    const prefix = key.slice(0, 11)
    const { id } = await db
      .selectFrom('apiKeys')
      .select('id')
      .where('prefix', '=', prefix)
      .executeTakeFirstOrThrow()
    await revokeApiKey(db, id)
    await expect.poll(async () => (await ask('/jobs', { key })).status).toBe(401)
    const words = new Set<string | undefined>()
    for (const bad of [key, 'tg_unknown', "tg_' or 1=1", '']) {
      const answers = await answersTo(bad)
      expect(without(answers, 401, 'unauthorized')).toEqual([])
      for (const { detail } of answers) words.add(detail)
    }
    expect(words.size).toBe(1)
  })

  it('S1: refuses a key whose scope is not enough', async () => {
    const beyond = { read: ['write', 'admin'], write: ['admin'] } as const
    for (const scope of ['read', 'write'] as const) {
      const key = await createKey(scope)
      const closed = doors.filter((door) => (beyond[scope] as readonly string[]).includes(door.scope))
      expect(closed.length).toBeGreaterThan(20)
      expect(without(await answersTo(key, closed), 403, 'forbidden')).toEqual([])
    }
    // Keys are made with a scope; one that has lost it opens nothing at all.
    expect(without(await answersTo(await createKey()), 403, 'forbidden')).toEqual([])
  })
})
