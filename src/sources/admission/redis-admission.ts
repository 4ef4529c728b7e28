import type { Cluster, Redis } from 'ioredis'
import { TokenBucket } from 'limiter'
import type { SourceName } from '../../domain/market.ts'
import type { WaitReason } from '../source-errors.ts'
import { lanes, type Admission, type AdmissionRequest, type CallFailure, type Verdict } from './admission.ts'
import { admissionKeys } from './admission-keys.ts'
import { askScript, failureScript, giveBackScript, settleScript, successScript } from './admission-scripts.ts'
import { formatBudget, type Budget } from './budget.ts'

export interface RedisAdmissionOptions {
  readonly redis: Redis | Cluster
  /** Key prefix with a hash tag, such as `{tidegauge}`. */
  readonly prefix: string
  readonly budgets: Readonly<Record<SourceName, Budget>>
  /** Added to every window: a call may take this long from its admission to the server without costing more. */
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
 * The hard bound across processes: a log of admitted calls per source in Redis, on Redis's clock. A call reaches its
 * server at the latest when the answer comes, so a slot counts from its admission while that takes no longer than the
 * margin, and from as much later when it does: no window holds a call too many, however slow the network is. Until the
 * answer tells, the worst is assumed.
 *
 * Beside it each process paces itself by a token bucket of the same budget. What the log admits, the bucket has a token
 * for (the log's window is longer); but whatever happens to Redis, no process alone can run away.
 */
export function createRedisAdmission(options: RedisAdmissionOptions): Admission {
  const { redis, prefix, budgets, marginMs = 1000, random = Math.random } = options
  /** How late the call of a process that died under way may still reach its server, beyond the margin. */
  const unsettledMs = 3 * marginMs
  const pacers = { coingecko: fullBucket(budgets.coingecko), defillama: fullBucket(budgets.defillama) }

  /** One script on the keys of one source. */
  const run = (script: string, source: SourceName, ...args: (string | number)[]): Promise<unknown> => {
    const keys = admissionKeys(prefix, source)
    const all = [keys.log, keys.state, ...keys.waiting]
    return redis.eval(script, all.length, ...all, ...args)
  }
  async function ask({ source, lane, ticket }: AdmissionRequest): Promise<Verdict> {
    const budget = budgets[source]
    const askedAt = performance.now()
    const [admitted, detail, reason] = (await run(
      askScript,
      source,
      budget.calls,
      budget.windowMs + marginMs,
      lanes.indexOf(lane) + 1,
      ticket ?? '',
      graceMs,
      probeLeaseMs,
      options.afterDataLoss === 'go-on' ? 0 : 1,
      formatBudget(budget),
      unsettledMs,
    )) as [number, string, WaitReason]
    if (admitted !== 1) return { admitted: false, waitMs: Math.ceil(Number(detail)), reason }
    const pacer = pacers[source]
    if (!pacer.tryRemoveTokens(1)) {
      await run(giveBackScript, source, detail)
      return { admitted: false, waitMs: pacer.getWaitTime(1), reason: 'budget-spent' }
    }
    return { admitted: true, slot: detail, askedAt, sendBefore: askedAt + 0.7 * marginMs }
  }

  return {
    ask,
    giveBack: async (source, slot) => {
      refill(pacers[source])
      await run(giveBackScript, source, slot)
    },
    settle: async (source, slot, elapsedMs) => {
      await run(settleScript, source, slot, Math.max(0, elapsedMs - marginMs) - unsettledMs)
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
