import { describe, expect, it } from 'vitest'
import { parseHacks } from '../../src/sources/defillama/hacks.ts'
import { hacks } from './bodies/defillama.ts'
import { fixture, fixturesDir } from './support/fixtures.ts'
import { now } from './support/station.ts'

const today = now.getTime()

describe('the incidents', () => {
  it('carry what joins them to a protocol: the numeric id or the parent, never the name', () => {
    const { rows } = parseHacks(hacks, today)
    expect(rows[1]).toMatchObject({
      date: '2024-03-08',
      name: 'Aave',
      defillamaId: '1336',
      parentId: 'aave',
      amountUsd: null,
      returnedUsd: 2_100_000,
      chains: [],
    })
    expect(rows[0]).toMatchObject({ defillamaId: null, parentId: null, source: null, chains: ['Blast'] })
  })

  it('are the same when read again in another order', () => {
    const ids = (body: readonly unknown[]) => parseHacks(body, today).rows.map(({ id }) => id)
    expect(ids(hacks).toReversed()).toEqual(ids(hacks.toReversed()))
  })

  it('are another when date, name, technique or amount is another', () => {
    const [first] = hacks
    const body = [first, { ...first, amount: 1 }, { ...first, technique: 'x' }, { ...first, source: 'y' }]
    const { rows, refused } = parseHacks(body, today)
    expect(rows).toHaveLength(3)
    expect(refused.map(({ reason }) => reason)).toEqual(['duplicate-key'])
  })

  it.each([
    ['an amount in words', { amount: 'lots' }, 'not-a-number'],
    ['a negative amount', { amount: -1 }, 'out-of-range'],
    ['an id that is no id', { defillamaId: 'NaN' }, 'bad-shape'],
    ['a negative id', { defillamaId: -5 }, 'bad-shape'],
    ['no date', { date: null }, 'bad-date'],
    ['no name', { name: ' ' }, 'bad-name'],
  ])('are refused with %s', (_, change, reason) => {
    const { rows, refused } = parseHacks([{ ...hacks[0], ...change }], today)
    expect(rows).toEqual([])
    expect(refused.map((row) => row.reason)).toEqual([reason])
  })
})

describe.runIf(fixturesDir)('the real /hacks body', () => {
  it('is read in full', () => {
    const body = fixture('defillama-hacks.json') as unknown[]
    const { rows, refused } = parseHacks(body, Date.now())
    expect(rows.length + refused.length).toBe(538)
    expect(refused.every(({ reason }) => reason === 'duplicate-key')).toBe(true)
    expect(rows.filter(({ defillamaId }) => defillamaId !== null).length).toBeGreaterThan(300)
  })
})
