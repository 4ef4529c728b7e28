import { describe, expect, it } from 'vitest'
import { formatBudget, parseBudget } from '../../src/sources/admission/budget.ts'
import { backfillCalls, backfillPlan, pagesOf, refreshPlan, workLeft } from '../../src/sources/plan.ts'

const budgets = { coingecko: parseBudget('10/60s'), defillama: parseBudget('100/60s') }

describe('a refresh', () => {
  it.each([
    [0, 0],
    [1, 1],
    [250, 1],
    [251, 2],
    [6500, 26],
  ])('of %i tokens costs one call to DeFiLlama and %i to CoinGecko', (tokens, pages) => {
    expect(refreshPlan(tokens)).toEqual({ defillama: 1, coingecko: pages })
  })
})

describe('a backfill', () => {
  const protocols = [
    { id: 'aave-v3', geckoId: 'aave' },
    { id: 'aave-v2', geckoId: 'aave' },
    { id: 'no-token', geckoId: null },
    { id: 'lido', geckoId: 'lido-dao' },
  ]

  it('asks the endpoints that serve many at once first, and for each token once', () => {
    expect(backfillPlan(protocols)).toEqual([
      { endpoint: 'chart', source: 'defillama', pages: [['aave', 'lido-dao']] },
      { endpoint: 'protocol', source: 'defillama', protocolIds: ['aave-v3', 'aave-v2', 'no-token', 'lido'] },
      { endpoint: 'market_chart', source: 'coingecko', geckoIds: ['aave', 'lido-dao'] },
    ])
    expect(backfillCalls(backfillPlan(protocols))).toEqual({ defillama: 5, coingecko: 2 })
  })

  it('plans no step that makes no call', () => {
    expect(backfillPlan([{ id: 'x', geckoId: null }]).map(({ endpoint }) => endpoint)).toEqual(['protocol'])
    expect(backfillPlan([])).toEqual([])
  })
})

describe('what is left', () => {
  it('is the calls of both sources and the minutes of the slower one', () => {
    expect(workLeft({ defillama: 100, coingecko: 60 }, budgets)).toEqual({ callsLeft: 160, minutesLeft: 5 })
    expect(workLeft({ defillama: 0, coingecko: 10 }, budgets)).toEqual({ callsLeft: 10, minutesLeft: 0 })
  })
  it('is longer when the window has seen calls already', () => {
    const plan = { defillama: 0, coingecko: 10 }
    expect(workLeft(plan, budgets, { coingecko: 10 })).toEqual({ callsLeft: 10, minutesLeft: 1 })
  })
})

describe('a budget', () => {
  it('is read from calls/seconds, and written so', () => {
    expect(parseBudget(' 10/60s ')).toEqual({ calls: 10, windowMs: 60_000 })
    expect(formatBudget({ calls: 100, windowMs: 60_000 })).toBe('100/60s')
  })
  it.each(['', '10', '0/60s', '10/0s', '-1/60s', '10/60', '1e9/60s', '10 / 60s'])('is not "%s"', (text) => {
    expect(() => parseBudget(text)).toThrow(/Expected a budget such as "10\/60s"/)
  })
})

it('cuts a list into pages', () => {
  expect(pagesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
})
