import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Channel, deliver, type DeliveryOptions } from '../../src/delivery/deliver.ts'
import type { AlertNotice } from '../../src/delivery/payloads.ts'

const received: { path: string; headers: IncomingMessage['headers']; body: string }[] = []
const answers: Record<string, (response: ServerResponse) => void> = {
  '/ok': (response) => response.writeHead(204).end(),
  '/down': (response) => response.writeHead(500).end('broken'),
  '/gone': (response) => response.writeHead(410).end(),
  '/moved': (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/secret' }).end(),
}
let server: Server
let base: string

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const path = request.url ?? ''
      received.push({ path, headers: request.headers, body })
      answers[path]?.(response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const notice: AlertNotice = {
  deliveryId: 'd1',
  alertId: 'a1',
  event: 'raised',
  kind: 'anomaly',
  protocolId: 'aave-v3',
  protocolName: 'Aave <V3> @everyone',
  level: 'high',
  score: 0.987,
  message: 'TVL -38 % against -6 % to 6 % in 90 days',
  details: { confidence: 0.8 },
  raisedAt: new Date('2024-01-05T10:00:00Z'),
}
const options = (over: Partial<DeliveryOptions> = {}): DeliveryOptions => ({
  mail: { smtpUrl: undefined, from: 'Tidegauge <t@example.org>' },
  allowsPrivate: true,
  signal: new AbortController().signal,
  now: new Date('2024-01-05T10:00:01Z'),
  ...over,
})
const channel = (path: string, over: Partial<Channel> = {}): Channel => ({
  kind: 'webhook',
  target: `${base}${path}`,
  secret: 'whsec_test',
  ...over,
})

describe('a webhook', () => {
  it('gets a body that its secret signs, with the time in the signature', async () => {
    expect(await deliver(channel('/ok'), notice, options())).toBe(204)
    const { headers, body } = received.at(-1)!
    const digest = createHmac('sha256', 'whsec_test').update(`1704448801.${body}`).digest('hex')
    expect(headers['tidegauge-signature']).toBe(`t=1704448801,v1=${digest}`)
    expect(JSON.parse(body)).toMatchObject({ id: 'd1', alert: { protocol_id: 'aave-v3', level: 'high' } })
  })

  it('is told apart from one that fails for now and one that is gone', async () => {
    await expect(deliver(channel('/down'), notice, options())).rejects.toMatchObject({
      status: 500,
      isFinal: false,
    })
    await expect(deliver(channel('/gone'), notice, options())).rejects.toMatchObject({
      status: 410,
      isFinal: true,
    })
  })

  it('is not followed to another place', async () => {
    await expect(deliver(channel('/moved'), notice, options())).rejects.toMatchObject({ status: 302 })
  })

  it.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://[::1]',
    'http://169.254.169.254',
    'http://10.0.0.1',
  ])('is refused at %s, inside this network', async (origin) => {
    const { port } = server.address() as AddressInfo
    const before = received.length
    const target = `${origin}:${port}/ok`
    await expect(deliver(channel('', { target }), notice, options({ allowsPrivate: false }))).rejects.toThrow(
      /private network/,
    )
    expect(received.length).toBe(before)
  })

  it('that hangs is given up when the job is stopped', async () => {
    const stop = new AbortController()
    const pending = deliver(channel('/hangs'), notice, options({ signal: stop.signal }))
    setImmediate(() => stop.abort(new Error('stopped')))
    await expect(pending).rejects.toThrow('stopped')
  })
})

describe('chat channels', () => {
  it('speak Slack with its markup escaped', async () => {
    await deliver(channel('/ok', { kind: 'slack' }), notice, options())
    const body = JSON.parse(received.at(-1)!.body) as { text: string }
    expect(body.text).toContain('HIGH anomaly: Aave &lt;V3&gt; @everyone')
    expect(received.at(-1)!.headers['tidegauge-signature']).toBeUndefined()
  })

  it('speak Discord and mention nobody', async () => {
    await deliver(channel('/ok', { kind: 'discord' }), notice, options())
    expect(JSON.parse(received.at(-1)!.body)).toMatchObject({ allowed_mentions: { parse: [] } })
  })
})

describe('e-mail', () => {
  it('arrives over SMTP', async () => {
    const mails: string[] = []
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        let text = ''
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
        stream.on('end', () => {
          mails.push(text)
          done()
        })
      },
    })
    const listening = smtp.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as AddressInfo
    const mail = { smtpUrl: `smtp://127.0.0.1:${port}`, from: 'Tidegauge <t@example.org>' }
    await deliver(channel('', { kind: 'email', target: 'desk@example.org' }), notice, options({ mail }))
    smtp.close(() => undefined)
    expect(mails[0]).toContain('To: desk@example.org')
    expect(mails[0]).toContain('TVL -38 % against')
  })

  it('needs a mail server', async () => {
    await expect(deliver(channel('', { kind: 'email' }), notice, options())).rejects.toThrow(
      'SMTP_URL: not set',
    )
  })
})
