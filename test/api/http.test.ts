import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { startTestApi } from '../support/api.ts'
import { storeProtocol } from '../support/stored-results.ts'

const { ask, post, db } = await startTestApi()
for (let i = 0; i < 30; i++) await storeProtocol(db, `protocol-${i}`)

it('answers 304 to a client that has the newest version', async () => {
  const etag = (await ask('/protocols')).headers.get('etag')!
  // Without the second header, Node's fetch adds `Cache-Control: no-cache`, which asks for the whole answer.
  const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
  const again = await ask<string>('/protocols', { headers })
  expect([again.status, again.body]).toEqual([304, ''])
  await storeProtocol(db, 'another')
  expect((await ask('/protocols', { headers })).status).toBe(200)
})

it('packs large answers', async () => {
  const answer = await ask('/protocols', { headers: { 'accept-encoding': 'gzip' } })
  expect(answer.headers.get('content-encoding')).toBe('gzip')
})

it('gives every request an id, the client’s own where it is a sane word', async () => {
  const ownId = await ask('/nowhere', { headers: { 'x-request-id': 'trace-1.2:3' } })
  expect(ownId.headers.get('x-request-id')).toBe('trace-1.2:3')
  expect(ownId.body).toMatchObject({ request_id: 'trace-1.2:3', code: 'unknown_path', status: 404 })
  const strange = await ask('/livez', { headers: { 'x-request-id': '<script>' } })
  expect(strange.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
})

it('says which methods a path has', async () => {
  const answer = await ask('/anomaly/scan', { method: 'DELETE' })
  expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
  expect(answer.headers.get('allow')!.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
  expect((await ask('/protocols', { method: 'HEAD' })).status).toBe(200)
})

it('names unknown query parameters, also of routes that have none', async () => {
  const answer = await ask('/job-kinds?verbose=1')
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'query.verbose' }] } })
})

it('survives what does not decode', async () => {
  expect((await ask('/jobs/%E0%A4%A')).status).toBe(400)
  expect((await post('/jobs', '{"__proto__":{"a":1},"name":"scan-protocols"}')).status).toBe(400)
  expect(({} as { a?: number }).a).toBeUndefined()
})

it('allows scripts, styles and frames of nobody else', async () => {
  const { headers } = await ask('/docs')
  const policy = headers.get('content-security-policy')!
  expect(policy).toMatch(/default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/)
  expect(policy).not.toContain('unsafe')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('x-powered-by')).toBeNull()
})

it('counts requests by route for Prometheus', async () => {
  await ask('/protocols/protocol-1')
  const { body, headers } = await ask<string>('/metrics')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  expect(body).toMatch(
    /tidegauge_http_request_seconds_count\{method="GET",route="\/protocols\/\{id\}",status="200"\} 1/,
  )
  expect(body).toMatch(/tidegauge_source_circuit\{source="defillama"\} 0/)
})

describe('the API reference', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const { body } = await ask('/openapi.json')
    expect(await new Validator().validate(body)).toEqual({ valid: true })
    expect(body['openapi']).toBe('3.1.0')
  })

  it('is browsable without anything from elsewhere', async () => {
    const page = await ask<string>('/docs')
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
    expect(assets.length).toBeGreaterThan(3)
    for (const asset of assets) {
      expect(asset).toMatch(/^\/docs\//)
      expect((await ask(asset)).status, asset).toBe(200)
    }
    expect((await ask('/')).headers.get('location')).toBe('/docs')
  })
})
