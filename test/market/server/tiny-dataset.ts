import { dayNumber } from '../../../src/domain/calendar.ts'
import { spanOf, type DailyColumns, type Dataset } from '../../../src/market/dataset.ts'
import type { DatasetHack, DatasetProtocol } from '../../../src/market/dataset-json.ts'

type Row = readonly [
  date: string,
  tvl: number,
  price?: number | undefined,
  cap?: number | undefined,
  volume?: number | undefined,
]

/** Columns from hand-written rows; NaN or left out = blank. */
function columnsOf(rows: readonly Row[]): DailyColumns {
  const column = (k: 1 | 2 | 3 | 4): Float64Array => Float64Array.from(rows, (row) => row[k] ?? NaN)
  return {
    day: Int32Array.from(rows, ([date]) => dayNumber(date)),
    tvlUsd: column(1),
    priceUsd: column(2),
    marketCapUsd: column(3),
    volumeUsd: column(4),
  }
}

/** Twelve days of each kind of row: a lender, a family of two DEXs, a dead farm, a late one, and an exchange. */
export function tinyDataset(): Dataset {
  const protocols: DatasetProtocol[] = [
    {
      slug: 'lender',
      name: 'Lender',
      symbol: 'LEND',
      gecko_id: 'lender-coin',
      category: 'Lending',
      chains: ['Ethereum', 'Base'],
      id: '101',
    },
    ...[1, 2].map((version) => ({
      slug: `swap-v${version}`,
      name: `Swap V${version}`,
      symbol: 'SWAP',
      gecko_id: 'swap',
      category: 'Dexs',
      chains: ['Ethereum'],
      id: String(200 + version),
      parentProtocol: 'parent#swap',
    })),
    {
      slug: 'farm',
      name: 'Farm',
      symbol: '-',
      gecko_id: null,
      category: 'Farm',
      chains: ['Base'],
      deadFrom: '2022-01-06',
    },
    { slug: 'late', name: 'Late', symbol: 'LATE', gecko_id: 'late', category: 'Yield', chains: [] },
    { slug: 'vault-cex', name: 'Vault', symbol: '-', gecko_id: null, category: 'CEX', chains: ['Bitcoin'] },
  ]
  const days = Array.from({ length: 12 }, (_, i) => `2022-01-${String(i + 1).padStart(2, '0')}`)
  const series = [
    columnsOf(days.map((date, i): Row => [date, 1000 + i, 10 + i, i === 9 ? 0 : 500 + i, 50 + i])),
    columnsOf(days.map((date, i): Row => [date, 2000 + i, 2 + i, 700 + i, 70 + i])),
    columnsOf(days.slice(3).map((date, i): Row => [date, 300 + i, 5 + i, 703 + i, 73 + i])),
    columnsOf(days.slice(0, 5).map((date, i): Row => [date, 40 - i])),
    columnsOf([
      ['2022-01-08', NaN, 1, undefined, 9],
      ['2022-01-11', 5, 2, 3, 4],
    ]),
    columnsOf(days.map((date): Row => [date, 1e6])),
  ]
  const hack = (date: string, defillamaId: number | null): DatasetHack => ({
    date: dayNumber(date) * 86_400,
    name: 'Lender',
    technique: 'Reentrancy',
    amount: 5,
    defillamaId,
  })
  const hacks = [hack('2022-01-09', 101), hack('2022-01-11', 101), hack('2022-01-02', null)]
  return { protocols, series, hacks, groundTruth: null, ...spanOf(series) }
}
