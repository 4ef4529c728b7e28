import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import type { Admission, Lane, Verdict } from '../../src/sources/admission/admission.ts'
import {
  createRedisAdmission,
  type RedisAdmissionOptions,
} from '../../src/sources/admission/redis-admission.ts'
import { readSourceStates } from '../../src/sources/admission/source-states.ts'
import { testRedis } from '../support/redis.ts'
import { busiestWindow } from './support/ledger.ts'

const { url, prefix } = testRedis()
const redis = new Redis(url)
afterAll(() => redis.quit())

const budget = { calls: 10, windowMs: 2000 }

/** A gate of its own, whose calls arrive at once; `sibling()` is another process before the same log. */
function openGate(options: Partial<RedisAdmissionOptions> = {}) {
  const own = `${prefix}:${randomUUID()}`
  const open = () => arrivingAtOnce(openRaw())
  const openRaw = () =>
    createRedisAdmission({
      redis,
      prefix: own,
      budgets: { coingecko: budget, defillama: { calls: 100, windowMs: 2000 } },
      marginMs: 50,
      afterDataLoss: 'go-on',
      random: () => 0.5,
      ...options,
    })
  return { own, admission: open(), sibling: open, openRaw }
}

function arrivingAtOnce(admission: Admission): Admission {
  return {
    ...admission,
    ask: async (asked) => {
      const verdict = await admission.ask(asked)
      if (verdict.admitted) await admission.settle(asked.source, verdict.slot, 0)
      return verdict
    },
  }
}

const request = (lane: Lane = 'snapshot', ticket: string | null = randomUUID()) =>
  ({ source: 'coingecko', lane, ticket }) as const

function waitOf(verdict: Verdict): number {
  if (verdict.admitted) throw new Error('Expected a refusal')
  return verdict.waitMs
}

async function runId(): Promise<string> {
  return /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? ''
}

it('admits the budget at once and then says how long the oldest call still counts', async () => {
  const { admission, sibling } = openGate()
  for (let i = 0; i < 10; i++) expect(await admission.ask(request())).toMatchObject({ admitted: true })
  const refused = await sibling().ask(request())
  expect(refused).toMatchObject({ admitted: false, reason: 'budget-spent' })
  expect(waitOf(refused)).toBeGreaterThan(1800)
  expect(waitOf(refused)).toBeLessThanOrEqual(2050)
})

it('never admits one call too many in any sliding window, and uses 95 % of the budget', async () => {
  const windowMs = 4000
  const { own, openRaw } = openGate({ budgets: { coingecko: { calls: 10, windowMs }, defillama: budget } })
  const admitted: number[] = []
  const caller = async (_: unknown, index: number): Promise<void> => {
    const admission = openRaw()
    while (admitted.length < 40) {
      const verdict = await admission.ask(request('backfill', `caller ${index}`))
      if (verdict.admitted) {
        const arrived = performance.now()
        admitted.push(arrived)
        await admission.settle('coingecko', verdict.slot, arrived - verdict.askedAt)
      } else await sleep(Math.min(verdict.waitMs, windowMs))
    }
  }
  await Promise.all(Array.from({ length: 24 }, caller))
  expect(busiestWindow(admitted, windowMs)).toBeLessThanOrEqual(10)
  const fortieth = admitted[39]! - admitted[0]!
  expect((3 * windowMs) / fortieth).toBeGreaterThanOrEqual(0.95)
  expect((await readSourceStates(redis, own))[0]).toMatchObject({ source: 'coingecko', budget: '10/4s' })
})

it('returns the slot of a call that was never sent', async () => {
  const { admission } = openGate()
  const verdicts = []
  for (let i = 0; i < 10; i++) verdicts.push(await admission.ask(request()))
  const [first] = verdicts
  if (first?.admitted !== true) throw new Error('Expected an admission')
  await admission.giveBack('coingecko', first.slot)
  expect(await admission.ask(request())).toMatchObject({ admitted: true })
  expect(await admission.ask(request())).toMatchObject({ admitted: false })
})

it('never runs away alone, whatever happens to Redis', async () => {
  const { own, admission } = openGate()
  for (let i = 0; i < 10; i++) await admission.ask(request())
  await redis.del(`${own}:admission:coingecko:log`)
  const wait = waitOf(await admission.ask(request()))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(200)
})

describe('a slot', () => {
  const waitAfter = async (elapsedMs: number | null): Promise<number> => {
    const { openRaw } = openGate()
    const admission = openRaw()
    for (let i = 0; i < 10; i++) {
      const verdict = await admission.ask(request())
      if (!verdict.admitted) throw new Error('Expected an admission')
      if (elapsedMs !== null) await admission.settle('coingecko', verdict.slot, elapsedMs)
    }
    return waitOf(await admission.ask(request()))
  }
  const expectNear = (wait: number, expected: number): void => {
    expect(wait).toBeGreaterThan(expected - 400)
    expect(wait).toBeLessThanOrEqual(expected)
  }

  it('counts from its admission when the answer came within the margin', async () => {
    expectNear(await waitAfter(40), 2050)
  })
  it('counts from as much later as the answer took longer', async () => {
    expectNear(await waitAfter(1050), 3050)
  })
  it('counts as if the call had been slow while nobody says how it went', async () => {
    expectNear(await waitAfter(null), 2200)
  })
})

it('counts a budget that Redis has no record of as spent', async () => {
  const { admission } = openGate({ afterDataLoss: 'wait' })
  expect(waitOf(await admission.ask(request()))).toBeGreaterThan(1900)
})

it('counts only what the log lacks as spent when Redis has restarted', async () => {
  const { own, admission, sibling } = openGate()
  for (let i = 0; i < 4; i++) await admission.ask(request())
  await redis.hset(`${own}:admission:coingecko:state`, 'run', 'the-run-before')
  await sleep(1000)
  const cautious = createRedisAdmission({
    redis,
    prefix: own,
    budgets: { coingecko: budget, defillama: budget },
    marginMs: 50,
  })
  const wait = waitOf(await cautious.ask(request()))
  expect(wait).toBeLessThan(1100)
  await sleep(wait + 200)
  for (let i = 0; i < 4; i++) expect(await sibling().ask(request())).toMatchObject({ admitted: true })
  expect(waitOf(await sibling().ask(request()))).toBeGreaterThan(500)
})

it('counts the budget as spent when the clock of Redis has stepped back', async () => {
  const { own, admission, sibling } = openGate({ afterDataLoss: 'wait' })
  await redis.hset(`${own}:admission:coingecko:state`, 'run', await runId())
  await admission.ask(request())
  await redis.zadd(`${own}:admission:coingecko:log`, Date.now() + 3_600_000, 'from the future')
  const wait = waitOf(await sibling().ask(request()))
  expect(wait).toBeGreaterThan(1800)
  expect(wait).toBeLessThanOrEqual(2050)
})

it('keeps a free slot for the one who waits in an earlier lane', async () => {
  const { admission, sibling } = openGate()
  for (let i = 0; i < 9; i++) await admission.ask(request('backfill'))
  await sleep(300)
  await admission.ask(request('backfill'))
  const user = request('user', 'the user')
  await sleep(waitOf(await sibling().ask(user)) - 1200)
  const backfill = request('backfill')
  expect(await sibling().ask(backfill)).toMatchObject({ admitted: false })
  await sleep(1250)
  // Nine slots are free: one is the user's, eight are anyone's.
  for (let i = 0; i < 8; i++)
    expect(await sibling().ask(request('backfill'))).toMatchObject({ admitted: true })
  expect(await sibling().ask(backfill)).toMatchObject({ admitted: false })
  expect(await sibling().ask(user)).toMatchObject({ admitted: true })
})

it('leaves a tenth of the window to a lane, however many wait before it', async () => {
  const { admission, sibling } = openGate()
  const waits = []
  for (let i = 0; i < 10; i++) await admission.ask(request('user'))
  for (let i = 0; i < 30; i++) waits.push(waitOf(await sibling().ask(request('user'))))
  await sleep(Math.min(...waits) + 5)
  expect(await sibling().ask(request('backfill'))).toMatchObject({ admitted: true })
  expect(await sibling().ask(request('backfill'))).toMatchObject({ admitted: false })
})

it('sends the ones who wait back at different times', async () => {
  const { admission, sibling } = openGate()
  for (let i = 0; i < 10; i++) {
    await admission.ask(request())
    await sleep(20)
  }
  const waits: number[] = []
  for (let i = 0; i < 10; i++) waits.push(Math.round(waitOf(await sibling().ask(request())) / 15))
  expect(new Set(waits).size).toBeGreaterThanOrEqual(9)
})

it('pauses everyone for as long as the upstream asked', async () => {
  const { own, admission, sibling } = openGate()
  await admission.reportFailure('coingecko', { kind: 'rate-limited', message: 'HTTP 429', retryAfterMs: 700 })
  const verdict = await sibling().ask(request())
  expect(verdict).toMatchObject({ admitted: false, reason: 'rate-limited' })
  expect(waitOf(verdict)).toBeGreaterThan(600)
  const [state] = await readSourceStates(redis, own)
  expect(state).toMatchObject({ lastError: 'HTTP 429', circuit: 'closed' })
  expect(state?.pausedUntil).toBeInstanceOf(Date)
  await sleep(waitOf(verdict))
  expect(await sibling().ask(request())).toMatchObject({ admitted: true })
})

it('doubles its own pause when the upstream does not say how long', async () => {
  const { admission, sibling } = openGate({ backoffBaseMs: 100 })
  const failure = { kind: 'rate-limited', message: 'HTTP 429', retryAfterMs: null } as const
  const waits: number[] = []
  for (let i = 0; i < 3; i++) {
    await admission.reportFailure('coingecko', failure)
    waits.push(waitOf(await sibling().ask(request())))
  }
  expect(waits[0]).toBeCloseTo(100, -2)
  expect(waits[2]! / waits[0]!).toBeGreaterThan(3)
})

it('opens the circuit after five failures in a row, of this source only', async () => {
  const { own, admission, sibling } = openGate()
  const failure = { kind: 'unavailable', message: 'HTTP 500', retryAfterMs: null } as const
  for (let i = 0; i < 4; i++) await admission.reportFailure('coingecko', failure)
  expect(await sibling().ask(request())).toMatchObject({ admitted: true })
  await admission.reportFailure('coingecko', failure)
  expect(await sibling().ask(request())).toMatchObject({ admitted: false, reason: 'circuit-open' })
  expect(await sibling().ask({ ...request(), source: 'defillama' })).toMatchObject({ admitted: true })
  const [coingecko, defillama] = await readSourceStates(redis, own)
  expect(coingecko).toMatchObject({ circuit: 'open', lastError: 'HTTP 500' })
  expect(defillama).toMatchObject({ circuit: 'closed', lastError: null })
})

it('lets one probe through a half-open circuit and closes it when that one succeeds', async () => {
  const { own, admission, sibling } = openGate({ backoffBaseMs: 100, failuresToOpen: 1 })
  await admission.reportFailure('coingecko', { kind: 'timeout', message: 'too slow', retryAfterMs: null })
  await sleep(waitOf(await admission.ask(request())) + 5)
  expect((await readSourceStates(redis, own))[0]).toMatchObject({ circuit: 'half-open' })
  expect(await admission.ask(request())).toMatchObject({ admitted: true })
  expect(await sibling().ask(request())).toMatchObject({ admitted: false, reason: 'circuit-open' })
  await admission.reportSuccess('coingecko')
  expect(await sibling().ask(request())).toMatchObject({ admitted: true })
  expect((await readSourceStates(redis, own))[0]).toMatchObject({ circuit: 'closed', openUntil: null })
})

it('opens for longer when the probe fails', async () => {
  const { admission } = openGate({ backoffBaseMs: 100, failuresToOpen: 1 })
  const failure = { kind: 'timeout', message: 'too slow', retryAfterMs: null } as const
  const waits: number[] = []
  for (let i = 0; i < 3; i++) {
    await admission.reportFailure('coingecko', failure)
    const wait = waitOf(await admission.ask(request()))
    waits.push(wait)
    await sleep(wait + 5)
  }
  expect(waits[1]).toBeGreaterThan(waits[0]!)
  expect(waits[2]).toBeGreaterThan(waits[1]!)
})
