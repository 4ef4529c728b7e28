import type { Redis } from 'ioredis'
import { TokenBucket } from 'limiter'
import type { SourceName } from '../../domain/market.ts'
import type { WaitReason } from '../source-errors.ts'
import { lanes, type Admission, type AdmissionRequest, type CallFailure, type Verdict } from './admission.ts'
import { admissionKeys } from './admission-keys.ts'
import { askScript, failureScript, giveBackScript, successScript } from './admission-scripts.ts'
import { formatBudget, type Budget } from './budget.ts'

export interface RedisAdmissionOptions {
  readonly redis: Redis
  /** Key prefix with a hash tag, such as `{tidegauge}`. */
  readonly prefix: string
  readonly budgets: Readonly<Record<SourceName, Budget>>
  /** Added to every window, for the time between the admission and the arrival at the server. */
  readonly marginMs?: number
  /**
   * A Redis that is new or restarted may have lost admissions. `wait` counts what is missing as spent just now (the
   * only safe answer for a real upstream); `go-on` believes the log, for a market on this machine.
   */
  readonly afterDataLoss?: 'wait' | 'go-on'
  /** Failures in a row that open the circuit. */
  readonly failuresToOpen?: number
  readonly backoffBaseMs?: number
  readonly backoffCapMs?: number
  /** [0, 1); jitter. */
  readonly random?: () => number
}

/** A waiter that does not come back this long after its slot fell free has lost it. */
const graceMs = 2000
/** A half-open circuit lets the next probe through when the last one is not heard of for this long. */
const probeLeaseMs = 60_000

/**
 * The hard bound across processes: a log of admitted calls per source in Redis, on Redis's clock. In front of it each
 * process keeps a token bucket of the same budget; a call that the log would admit never waits for the bucket (the log's
 * window is longer), but a process alone can never run away, whatever happens to Redis.
 */
export function createRedisAdmission(options: RedisAdmissionOptions): Admission {
  const { redis, prefix, budgets, marginMs = 1000, random = Math.random } = options
  const pacers = new Map<SourceName, TokenBucket>()

  /** One script on the keys of one source. */
  const run = (script: string, source: SourceName, ...args: (string | number)[]): Promise<unknown> => {
    const keys = admissionKeys(prefix, source)
    const all = [keys.log, keys.state, ...keys.waiting]
    return redis.eval(script, all.length, ...all, ...args)
  }
  const pacerOf = (source: SourceName): TokenBucket => {
    const known = pacers.get(source)
    if (known !== undefined) return known
    const created = fullBucket(budgets[source])
    pacers.set(source, created)
    return created
  }

  async function ask({ source, lane, ticket }: AdmissionRequest): Promise<Verdict> {
    const pacer = pacerOf(source)
    const asked = performance.now()
    if (!pacer.tryRemoveTokens(1)) {
      return { admitted: false, waitMs: pacer.getWaitTime(1), reason: 'budget-spent' }
    }
    const budget = budgets[source]
    const [admitted, detail, reason] = (await run(
      askScript,
      source,
      budget.calls,
      budget.windowMs + marginMs,
      lanes.indexOf(lane) + 1,
      ticket,
      graceMs,
      probeLeaseMs,
      options.afterDataLoss === 'go-on' ? 0 : 1,
      formatBudget(budget),
    ).catch((error: unknown) => {
      refill(pacer)
      throw error
    })) as [number, string, WaitReason]
    // Leaves the last part of the margin to the network.
    if (admitted === 1) return { admitted: true, slot: detail, sendBefore: asked + 0.7 * marginMs }
    refill(pacer)
    return { admitted: false, waitMs: Math.ceil(Number(detail)), reason }
  }

  return {
    ask,
    giveBack: async (source, slot) => {
      refill(pacerOf(source))
      await run(giveBackScript, source, slot)
    },
    reportSuccess: async (source) => {
      await run(successScript, source)
    },
    reportFailure: async (source, { kind, message, retryAfterMs }: CallFailure) => {
      await run(
        failureScript,
        source,
        retryAfterMs ?? -1,
        kind === 'rate-limited' ? 1 : 0,
        options.failuresToOpen ?? 5,
        options.backoffBaseMs ?? 2000,
        options.backoffCapMs ?? 300_000,
        random(),
        message.slice(0, 300),
      )
    },
  }
}

function fullBucket({ calls, windowMs }: Budget): TokenBucket {
  const bucket = new TokenBucket({ bucketSize: calls, tokensPerInterval: calls, interval: windowMs })
  bucket.content = calls
  return bucket
}

function refill(bucket: TokenBucket): void {
  bucket.content = Math.min(bucket.bucketSize, bucket.content + 1)
}
