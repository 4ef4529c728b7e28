import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { endRun } from '../../src/db/job-runs.ts'
import { startTestApi } from '../support/api.ts'
import {
  makeCurrent,
  storeAlert,
  storeModel,
  storeProtocol,
  storeRisk,
  storeScan,
  storeSeries,
  storeVector,
} from '../support/stored-results.ts'

const { ask, post, db, url, createKey } = await startTestApi()
const run = promisify(execFile)

const guide = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')
/** Every curl of the guide, continued lines joined and comments gone. */
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
  .map((line) => line.replace(/\s+#\s.*$/, ''))
  .filter((line) => line.startsWith('curl '))

/** What `$ID` stands for, by the path before it. */
let ids: Readonly<Record<string, string>>
let key: string

beforeAll(async () => {
  key = await createKey('admin')
  const [former, current, detector] = [
    await storeModel(db, 'risk'),
    await storeModel(db, 'risk'),
    await storeModel(db, 'anomaly'),
  ]
  await makeCurrent(db, 'risk', current)
  await makeCurrent(db, 'anomaly', detector)
  await storeProtocol(db, 'aave-v3')
  await storeSeries(db, 'aave-v3', 10)
  await storeVector(db, 'aave-v3')
  await storeRisk(db, 'aave-v3', current)
  const scan = await storeScan(db, detector, { 'aave-v3': 0.9 })
  // A run that has failed can be looked at and retried, and its stream of events ends by itself; one more can be cancelled.
  const failed = (await post<{ id: string }>('/collect')).body.id
  await endRun(db, failed, { state: 'failed', error: { name: 'Error', message: 'broken' } })
  const queued = (await post<{ id: string }>('/anomaly/scan')).body.id
  const waiting = (await post<{ id: string }>('/anomaly/scan')).body.id
  const alert = await storeAlert(db, 'aave-v3')
  const channel = await post<{ id: string }>('/alert-channels', {
    kind: 'email',
    name: 'desk',
    target: 'desk@example.com',
  })
  ids = {
    jobs: failed,
    cancel: queued,
    waiting,
    models: former,
    scans: scan,
    alerts: alert,
    'alert-channels': channel.body.id,
    A: former,
    B: current,
  }
})

/** The command with every `$ID` of what was stored. */
function filledIn(command: string): string {
  return (
    command
      // No name can be resolved on a machine without a network; nothing is sent to this address.
      .replace('//example.com/', '//93.184.216.34/')
      .replace('/jobs/$ID/cancel', `/jobs/${ids['cancel']}/cancel`)
      .replaceAll(/\/([a-z-]+)\/\$ID/g, (_, collection: string) => `/${collection}/${ids[collection]}`)
      .replaceAll(/\$([AB])\b/g, (_, name: string) => ids[name]!)
  )
}

async function answerTo(command: string): Promise<{ status: string; body: string }> {
  const shell = `curl() { command curl --max-time 20 -H "authorization: Bearer $KEY" -w '\\n%{http_code}' "$@"; }; ${filledIn(command)}`
  const { stdout } = await run('bash', ['-c', shell], {
    env: { PATH: process.env['PATH'], API: url, KEY: key },
  })
  const lines = stdout.trimEnd().split('\n')
  return { status: lines.at(-1)!, body: lines.slice(0, -1).join('\n') }
}

/** Answers that the guide shows right below the command that gives them. */
const shownAnswers = [...guide.matchAll(/^(curl .*)\n```\n\n```json\n([\s\S]*?)^```/gm)].map(
  ([, command, answer]) => ({
    command: command!.replace(/\s+#\s.*$/, ''),
    answer: JSON.parse(answer!) as unknown,
  }),
)

/** Names without values: of an object all its names, of a list those of its first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return 'a value'
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
}

describe('the API guide', () => {
  // Before the commands below change what is current.
  it.each(shownAnswers)('shows the answer to $command as it is', async ({ command, answer }) => {
    const { body } = await answerTo(command.replace('/jobs/$ID', `/jobs/${ids['waiting']}`))
    expect(shapeOf(JSON.parse(body))).toEqual(shapeOf(answer))
  })

  it.each(commands)('%s', async (command) => {
    expect((await answerTo(command)).status).toMatch(/^20[0-4]$/)
  })

  it('shows some answers', () => {
    expect(shownAnswers.length).toBeGreaterThanOrEqual(3)
  })

  it('calls every endpoint of the OpenAPI document', async () => {
    const { body } = await ask<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json')
    const called = commands.map((command) => ({
      method: (/-X (\w+)/.exec(command)?.[1] ?? 'GET').toLowerCase(),
      path: /\$API(\/[^"?\s]*)/.exec(command)?.[1] ?? '',
    }))
    const missing = Object.entries(body.paths).flatMap(([path, methods]) => {
      const shape = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      return Object.keys(methods)
        .filter((method) => !called.some((one) => one.method === method && shape.test(one.path)))
        .map((method) => `${method} ${path}`)
    })
    expect(missing).toEqual([])
  })
})
