import { expect, it } from 'vitest'
import { seriesFromColumns } from '../../src/features/from-columns.ts'

it('puts rows on the calendar in ascending time and leaves gaps', () => {
  const series = seriesFromColumns({
    protocolId: 'aave-v3',
    days: [103, 100, 101],
    tvlUsd: [3, 1, null],
    priceUsd: [null, 10, 20],
    marketCapUsd: Float64Array.of(NaN, NaN, NaN),
    volumeUsd: Float64Array.of(5, 6, 7),
  })
  expect(series).toEqual({
    protocolId: 'aave-v3',
    firstDay: 100,
    tvlUsd: Float64Array.of(1, NaN, NaN, 3),
    priceUsd: Float64Array.of(10, 20, NaN, NaN),
    marketCapUsd: new Float64Array(4).fill(NaN),
    volumeUsd: Float64Array.of(6, 7, NaN, 5),
  })
})

it('needs a row', () => {
  const none = { protocolId: 'aave-v3', days: [], tvlUsd: [], priceUsd: [], marketCapUsd: [], volumeUsd: [] }
  expect(() => seriesFromColumns(none)).toThrow('Expected at least 1 day of "aave-v3", got 0')
})
