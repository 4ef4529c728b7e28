import { describe, expect, it } from 'vitest'
import { dayNumber, isoDate } from '../../src/domain/calendar.ts'
import { buildFeatures } from '../../src/features/build.ts'
import { buildFeatureHistory, mondays } from '../../src/features/history.ts'
import { daily, firstDay, repeat, traits } from './daily.ts'

describe('the feature history', () => {
  it('is the vectors of the days that have one, each as it was on its day', () => {
    const series = daily({ tvl: repeat(40, (i) => 100 + (i % 7)) })
    const days = [firstDay + 3, firstDay + 4, firstDay + 30]
    expect(buildFeatureHistory(series, traits, days)).toEqual([
      buildFeatures(series, traits, firstDay + 4),
      buildFeatures(series, traits, firstDay + 30),
    ])
  })
})

describe('mondays', () => {
  it('are the Mondays of a span, both ends included', () => {
    const days = mondays(dayNumber('2022-01-31'), dayNumber('2022-02-14'))
    expect(days.map(isoDate)).toEqual(['2022-01-31', '2022-02-07', '2022-02-14'])
  })

  it('begin after a start that is no Monday, before 1970 too', () => {
    expect(mondays(dayNumber('2022-02-01'), dayNumber('2022-02-08')).map(isoDate)).toEqual(['2022-02-07'])
    expect(mondays(dayNumber('1969-12-23'), dayNumber('1969-12-30')).map(isoDate)).toEqual(['1969-12-29'])
  })

  it('are none in a span without one', () => {
    expect(mondays(dayNumber('2022-02-01'), dayNumber('2022-02-06'))).toEqual([])
  })
})
