import { describe, expect, it } from 'vitest'
import { parseDexOverview } from '../../src/sources/defillama/dex-overview.ts'
import { parseCurrentTvl, parseDexSummary, parseTvlSeries } from '../../src/sources/defillama/series.ts'
import { dexOverview, dexSummary, protocol } from './bodies/defillama.ts'
import { now } from './support/station.ts'

const today = now.getTime()

describe('the TVL series', () => {
  it('is daily, and the point of now does not replace the day', () => {
    const { rows, refused } = parseTvlSeries(protocol.tvl, 'aave-v3', today)
    expect(refused).toEqual([])
    expect(rows.map(({ date, tvlUsd, partial }) => [date, tvlUsd, partial])).toEqual([
      ['2026-03-06', 19_000_000_000, false],
      ['2026-03-07', 19_500_000_000, false],
      ['2026-03-08', 19_700_000_000, false],
      ['2026-03-09', 20_000_000_000, false],
    ])
  })

  it('refuses what is no TVL, point by point', () => {
    const tvl = [
      { date: 1_772_755_200, totalLiquidityUSD: -1 },
      { date: 1_772_841_600, totalLiquidityUSD: 'much' },
      { date: 'today', totalLiquidityUSD: 1 },
      { date: 1_972_928_000, totalLiquidityUSD: 1 },
      7,
      { date: 1_772_928_000, totalLiquidityUSD: null },
      { date: 1_773_014_400, totalLiquidityUSD: 5 },
    ]
    const { rows, refused } = parseTvlSeries(tvl, 'some', today)
    expect(rows).toEqual([{ protocolId: 'some', date: '2026-03-09', tvlUsd: 5, partial: false }])
    expect(refused.map(({ reason }) => reason)).toEqual([
      'out-of-range',
      'not-a-number',
      'bad-date',
      'date-out-of-range',
      'bad-shape',
    ])
  })

  it('of a dead protocol just stops', () => {
    const { rows } = parseTvlSeries([{ date: 1_689_292_800, totalLiquidityUSD: 0 }], 'dead', today)
    expect(rows).toEqual([{ protocolId: 'dead', date: '2023-07-14', tvlUsd: 0, partial: false }])
  })

  it('must be there', () => {
    expect(() => parseTvlSeries(undefined, 'some', today)).toThrow(/Expected another shape/)
  })
})

describe('the TVL of the moment', () => {
  it('is a bare number', () => {
    expect(parseCurrentTvl(12.5, 'some').rows).toEqual([{ protocolId: 'some', tvlUsd: 12.5 }])
  })
  it('or an object with the number in it', () => {
    expect(parseCurrentTvl({ tvl: 12.5 }, 'some').rows).toEqual([{ protocolId: 'some', tvlUsd: 12.5 }])
  })
  it('or unknown', () => {
    expect(parseCurrentTvl(null, 'some').rows).toEqual([{ protocolId: 'some', tvlUsd: null }])
  })
  it('but neither words nor an object without it', () => {
    expect(parseCurrentTvl('12.5', 'some').refused).toMatchObject([{ reason: 'not-a-number', key: 'some' }])
    expect(() => parseCurrentTvl({}, 'some')).toThrow(/Expected a number/)
  })
})

describe('DEX volume', () => {
  it('comes by day', () => {
    expect(parseDexSummary(dexSummary, 'uniswap-v3', today).rows).toEqual([
      { protocolId: 'uniswap-v3', date: '2026-03-07', dexVolumeUsd: 1_400_000_000, partial: false },
      { protocolId: 'uniswap-v3', date: '2026-03-08', dexVolumeUsd: 1_500_000_000, partial: false },
    ])
  })
  it('comes for all at once, unknown where it is null', () => {
    expect(parseDexOverview(dexOverview).rows).toEqual([
      { defillamaId: '2198', name: 'Uniswap V3', dexVolume24hUsd: 1_500_000_000 },
      { defillamaId: '3', name: 'Curve DEX', dexVolume24hUsd: null },
    ])
  })
})
