import { knownAt, type Measure } from './measures.ts'
import type { Span } from './window.ts'

/** What is averaged: the value itself or its daily return. NaN is skipped. */
type Read = (measure: Measure, index: number) => number

/** value / value of the calendar day before - 1; NaN where either is unknown: a return never spans a gap. */
export function dailyReturn(measure: Measure, index: number): number {
  const before = knownAt(measure, index - 1)
  return before > 0 ? knownAt(measure, index) / before - 1 : NaN
}

const absoluteReturn: Read = (measure, index) => Math.abs(dailyReturn(measure, index))

/** Standard deviation (ddof 1) over mean of the values; NaN below two of them or when their mean is 0. */
export function coefficientOfVariation(measure: Measure, span: Span): number {
  return deviation(measure, span, knownAt) / mean(measure, span, knownAt)
}

/** Mean of |daily return| over the returns that end inside the span; NaN without one. */
export function meanAbsoluteReturn(measure: Measure, span: Span): number {
  return mean(measure, span, absoluteReturn)
}

/** Standard deviation (ddof 1) of the daily returns that end inside the span; NaN below two of them. */
export function returnDeviation(measure: Measure, span: Span): number {
  return deviation(measure, span, dailyReturn)
}

/** Least-squares slope of ln(value) per calendar day over the values above 0; NaN below two of them. */
export function logSlope(measure: Measure, { from, to }: Span): number {
  let count = 0
  let first = NaN
  let sumDay = 0
  let sumDaySquared = 0
  let sumLog = 0
  let sumDayLog = 0
  for (let i = from; i < to; i++) {
    const value = knownAt(measure, i)
    if (!(value > 0)) continue
    if (count++ === 0) first = Math.log(value)
    const day = i - from
    const log = Math.log(value) - first
    sumDay += day
    sumDaySquared += day * day
    sumLog += log
    sumDayLog += day * log
  }
  return (sumDayLog - (sumDay * sumLog) / count) / (sumDaySquared - (sumDay * sumDay) / count)
}

/** The deepest fall below the running maximum, in [-1, 0]; NaN below two values or while all of them are 0. */
export function maxDrawdown(measure: Measure, { from, to }: Span): number {
  let count = 0
  let peak = 0
  let deepest = 0
  for (let i = from; i < to; i++) {
    const value = knownAt(measure, i)
    if (Number.isNaN(value)) continue
    count++
    if (value > peak) peak = value
    else if (peak > 0) deepest = Math.min(deepest, value / peak - 1)
  }
  return count >= 2 && peak > 0 ? deepest : NaN
}

/** Summed as distances from the first value, so that the mean of a constant is exactly that constant. */
function mean(measure: Measure, { from, to }: Span, read: Read): number {
  let count = 0
  let first = NaN
  let sum = 0
  for (let i = from; i < to; i++) {
    const value = read(measure, i)
    if (Number.isNaN(value)) continue
    if (count++ === 0) first = value
    sum += value - first
  }
  return first + sum / count
}

/** Standard deviation with ddof 1, in two passes; NaN below two values. */
function deviation(measure: Measure, span: Span, read: Read): number {
  const centre = mean(measure, span, read)
  let count = 0
  let squares = 0
  for (let i = span.from; i < span.to; i++) {
    const value = read(measure, i)
    if (Number.isNaN(value)) continue
    count++
    squares += (value - centre) ** 2
  }
  return count >= 2 ? Math.sqrt(squares / (count - 1)) : NaN
}
