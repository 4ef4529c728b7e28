import { expect, it } from 'vitest'
import { dayNumber } from '../../src/domain/calendar.ts'
import type { Observation } from '../../src/domain/market.ts'
import { seriesFromObservations } from '../../src/features/from-observations.ts'

const observation = (date: string, tvlUsd: number | null, priceUsd: number | null): Observation => ({
  protocolId: 'aave-v3',
  date,
  tvlUsd,
  priceUsd,
  marketCapUsd: null,
  volumeUsd: 5,
})

it('puts observations on the calendar in ascending time and leaves gaps', () => {
  const series = seriesFromObservations([
    observation('2022-03-01', 3, null),
    observation('2022-02-26', 1, 10),
    observation('2022-02-27', null, 20),
  ])
  expect(series).toEqual({
    protocolId: 'aave-v3',
    firstDay: dayNumber('2022-02-26'),
    tvlUsd: Float64Array.of(1, NaN, NaN, 3),
    priceUsd: Float64Array.of(10, 20, NaN, NaN),
    marketCapUsd: new Float64Array(4).fill(NaN),
    volumeUsd: Float64Array.of(5, 5, NaN, 5),
  })
})

it('needs an observation', () => {
  expect(() => seriesFromObservations([])).toThrow('Expected at least 1 observation, got 0')
})
