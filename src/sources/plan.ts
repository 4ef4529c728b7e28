import { InputError } from '../errors.ts'
import { sourceNames, type SourceName } from '../domain/market.ts'
import type { Budget } from './admission/budget.ts'

/** Tokens in one call of CoinGecko's /coins/markets. */
export const tokensPerPage = 250
/** Coins in one call of coins.llama.fi: keeps the URL under 8 kB. */
export const coinsPerCall = 100

/** Cuts a list into the pages that it takes. */
export function pagesOf<T>(items: readonly T[], size: number): T[][] {
  const pages: T[][] = []
  for (let i = 0; i < items.length; i += size) pages.push(items.slice(i, i + size))
  return pages
}

/** @throws InputError */
export function requireAtMost(items: readonly unknown[], most: number, what: string): void {
  if (items.length < 1 || items.length > most) {
    throw new InputError(`Expected 1 to ${most} ${what} in one call, got ${items.length}`)
  }
}

/** HTTP calls by source, retries not included. */
export type CallPlan = Readonly<Record<SourceName, number>>

/** What a refresh of all protocols costs: 1 + ⌈n/250⌉ calls, however many protocols there are. */
export function refreshPlan(tokens: number): CallPlan {
  return { defillama: 1, coingecko: Math.ceil(tokens / tokensPerPage) }
}

/** One step of a backfill. Its calls may run in any order; steps follow one another. */
export type BackfillStep =
  | {
      readonly endpoint: 'chart'
      readonly source: 'defillama'
      readonly pages: readonly (readonly string[])[]
    }
  | { readonly endpoint: 'protocol'; readonly source: 'defillama'; readonly protocolIds: readonly string[] }
  | { readonly endpoint: 'market_chart'; readonly source: 'coingecko'; readonly geckoIds: readonly string[] }

/**
 * The history of protocols, the endpoints that serve many at once first: prices of 100 tokens for one call, then TVL
 * protocol by protocol, then market cap and volume token by token (each token once, however many protocols share it).
 */
export function backfillPlan(
  protocols: readonly { readonly id: string; readonly geckoId: string | null }[],
): BackfillStep[] {
  const geckoIds = [...new Set(protocols.flatMap(({ geckoId }) => geckoId ?? []))]
  const steps: BackfillStep[] = [
    { endpoint: 'chart', source: 'defillama', pages: pagesOf(geckoIds, coinsPerCall) },
    { endpoint: 'protocol', source: 'defillama', protocolIds: protocols.map(({ id }) => id) },
    { endpoint: 'market_chart', source: 'coingecko', geckoIds },
  ]
  return steps.filter((step) => callsOf(step) > 0)
}

function callsOf(step: BackfillStep): number {
  switch (step.endpoint) {
    case 'chart':
      return step.pages.length
    case 'protocol':
      return step.protocolIds.length
    case 'market_chart':
      return step.geckoIds.length
  }
}

/** The calls of a backfill by source. */
export function backfillCalls(steps: readonly BackfillStep[]): CallPlan {
  const calls = { coingecko: 0, defillama: 0 }
  for (const step of steps) calls[step.source] += callsOf(step)
  return calls
}

/** What is left of a plan, for a job's progress. */
export interface WorkLeft {
  readonly callsLeft: number
  /** With nobody else calling; whole minutes, rounded up. */
  readonly minutesLeft: number
}

/**
 * How long the calls that are left take under the budgets. The sources work side by side, so the slower one counts.
 * @param callsInWindow calls that the last window has already seen, by source
 */
export function workLeft(
  plan: CallPlan,
  budgets: Readonly<Record<SourceName, Budget>>,
  callsInWindow: Readonly<Partial<Record<SourceName, number>>> = {},
): WorkLeft {
  let callsLeft = 0
  let waitMs = 0
  for (const source of sourceNames) {
    const { calls, windowMs } = budgets[source]
    const free = Math.max(0, calls - (callsInWindow[source] ?? 0))
    callsLeft += plan[source]
    waitMs = Math.max(waitMs, Math.ceil(Math.max(0, plan[source] - free) / calls) * windowMs)
  }
  return { callsLeft, minutesLeft: Math.ceil(waitMs / 60_000) }
}
