import { dayNumber } from '../../src/domain/calendar.ts'
import type { DailyColumns, Dataset } from '../../src/market/dataset.ts'

export const firstDay = dayNumber('2022-01-30')

/** 30 January to 2 February: a gap, blanks, a token, a dead protocol, and one without rows. */
export const smallDataset: Dataset = {
  protocols: [
    {
      slug: 'aave',
      name: 'Aave',
      symbol: 'AAVE',
      gecko_id: 'aave',
      category: 'Lending',
      chains: ['Base', 'Ethereum'],
      id: '111',
      parentProtocol: 'parent#aave-labs',
    },
    {
      slug: 'gone',
      name: 'Gone',
      symbol: '-',
      gecko_id: null,
      category: null,
      chains: [],
      deadFrom: '2022-02-01',
    },
    { slug: 'silent', name: 'Silent', symbol: '-', gecko_id: null, category: null, chains: [] },
  ],
  series: [
    columns({
      days: [0, 1, 3],
      tvl: [10, 0, 30],
      price: [1.5, NaN, 2],
      cap: [100, NaN, 1e10],
      volume: [0, 5, NaN],
    }),
    columns({ days: [1], tvl: [7.25], price: [NaN], cap: [NaN], volume: [NaN] }),
    columns({ days: [], tvl: [], price: [], cap: [], volume: [] }),
  ],
  hacks: [
    {
      date: Date.parse('2022-01-31T00:00:00Z') / 1000,
      name: 'Gone',
      classification: 'Protocol Logic',
      technique: 'Flashloan',
      amount: 1_000_000,
      chain: ['Ethereum'],
      source: 'https://example.org',
      returnedFunds: null,
      defillamaId: '222',
      parentProtocolId: 'parent#gone',
    },
  ],
  groundTruth: null,
  firstDay,
  lastDay: firstDay + 3,
}

/** Every protocol on every day. */
export function fullDataset(protocols: number, days: number): Dataset {
  const day = Int32Array.from({ length: days }, (_, i) => firstDay - days + i)
  const value = Float64Array.from(day, (one) => (one % 97) + 1)
  const slugs = Array.from({ length: protocols }, (_, i) => `protocol-${String(i).padStart(3, '0')}`)
  return {
    protocols: slugs.map((slug) => ({
      slug,
      name: slug,
      symbol: '-',
      gecko_id: null,
      category: null,
      chains: [],
    })),
    series: slugs.map(() => ({
      day,
      tvlUsd: value,
      priceUsd: value,
      marketCapUsd: value,
      volumeUsd: value,
    })),
    hacks: [],
    groundTruth: null,
    firstDay: day[0]!,
    lastDay: day[days - 1]!,
  }
}

function columns(rows: {
  days: number[]
  tvl: number[]
  price: number[]
  cap: number[]
  volume: number[]
}): DailyColumns {
  return {
    day: Int32Array.from(rows.days, (day) => firstDay + day),
    tvlUsd: Float64Array.from(rows.tvl),
    priceUsd: Float64Array.from(rows.price),
    marketCapUsd: Float64Array.from(rows.cap),
    volumeUsd: Float64Array.from(rows.volume),
  }
}
