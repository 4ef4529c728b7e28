import { averagePrecision } from '../../models/metrics/ranking.ts'
import { groupBy } from './group-by.ts'
import type { Contestant, ScoredDay } from './walk-forward.ts'

/** Something that truly went wrong with a protocol, or with its feed. */
export interface TrueAnomaly {
  readonly protocolId: string
  readonly kind: string
  readonly fromDay: number
  readonly toDay: number
  /** A feed that was wrong: abnormal, but nothing to be woken for. */
  readonly isGlitch: boolean
}

export interface KindFigures {
  readonly kind: string
  readonly anomalies: number
  readonly found: number
  /** Median days from the first day to the first alert; NaN when none was found. */
  readonly delayDays: number
}

export interface DetectionFigures {
  readonly contestant: Contestant
  /** Unit: a protocol-day. */
  readonly averagePrecision: number
  /** Of anomalies that are no glitches, with the threshold that spends the budget of false alerts. */
  readonly recall: number
  readonly delayDays: number
  readonly falseAlertsPerWeek: number
  readonly glitchAlertsPerWeek: number
  readonly kinds: readonly KindFigures[]
}

/** An anomaly is news for a week; days after that count neither as found nor as false. */
const newsDays = 7
/** 30-day features carry an event on: days so long after it are neither. */
const echoDays = 14
/** Alerts of one protocol closer than this are one. */
const quietDays = 7

/** @param falsePerWeek alerts outside of any anomaly that the threshold may spend on all protocols together */
export function detectionFigures(
  days: readonly ScoredDay[],
  anomalies: readonly TrueAnomaly[],
  contestant: Contestant,
  falsePerWeek: number,
): DetectionFigures {
  const truth = byProtocol(anomalies)
  const labels = days.map((scored) => labelOf(scored, truth.get(scored.protocolId) ?? []))
  const counted = days.filter((_, i) => labels[i] !== null)
  const isAbnormal = labels.filter((label) => label !== null).map((label) => (label ? 1 : 0))
  const scores = counted.map((scored) => scored.scores[contestant])
  const alerts = alertsWithinBudget(days, truth, contestant, falsePerWeek)
  return {
    contestant,
    averagePrecision: averagePrecision(isAbnormal, scores),
    ...summarise(days, anomalies, alerts),
  }
}

/** Whether a day counts as abnormal, as ordinary or, null, as neither. */
export function labelOf({ day }: ScoredDay, own: readonly TrueAnomaly[]): boolean | null {
  let label: boolean | null = false
  for (const { fromDay, toDay, isGlitch } of own) {
    if (day >= fromDay && day <= Math.min(toDay, fromDay + newsDays - 1)) return true
    if (day >= fromDay && day <= toDay + (isGlitch ? 3 : echoDays)) label = null
  }
  return label
}

interface Alerts {
  /** Days from the first day of each anomaly that was found to its first alert. */
  readonly delays: ReadonlyMap<TrueAnomaly, number>
  readonly onGlitches: number
  readonly onNothing: number
}

function alertsWithinBudget(
  days: readonly ScoredDay[],
  truth: ReadonlyMap<string, readonly TrueAnomaly[]>,
  contestant: Contestant,
  falsePerWeek: number,
): Alerts {
  const histories = [...groupBy(days, ({ protocolId }) => protocolId)]
  const thresholds = [Infinity, ...days.map(({ scores }) => scores[contestant]).sort((a, b) => b - a)]
  const allowed = falsePerWeek * weeksOf(days)
  let low = 0
  let high = thresholds.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (replay(histories, truth, contestant, thresholds[middle]!).onNothing <= allowed) low = middle
    else high = middle - 1
  }
  return replay(histories, truth, contestant, thresholds[low]!)
}

function replay(
  histories: readonly (readonly [string, readonly ScoredDay[]])[],
  truth: ReadonlyMap<string, readonly TrueAnomaly[]>,
  contestant: Contestant,
  threshold: number,
): Alerts {
  const delays = new Map<TrueAnomaly, number>()
  let onGlitches = 0
  let onNothing = 0
  for (const [protocolId, history] of histories) {
    let lastAlert = -Infinity
    for (const { day, scores } of history) {
      if (scores[contestant] < threshold) continue
      const isNew = day - lastAlert > quietDays
      lastAlert = day
      const cause = causeOf(day, truth.get(protocolId) ?? [])
      if (cause === undefined) onNothing += isNew ? 1 : 0
      else if (cause.isGlitch) onGlitches += isNew ? 1 : 0
      if (cause !== undefined && day <= cause.toDay + newsDays - 1 && !delays.has(cause))
        delays.set(cause, day - cause.fromDay)
    }
  }
  return { delays, onGlitches, onNothing }
}

/** What an alert on `day` is about; an event goes before a glitch. */
function causeOf(day: number, own: readonly TrueAnomaly[]): TrueAnomaly | undefined {
  const about = own.filter(
    ({ fromDay, toDay, isGlitch }) => day >= fromDay && day <= toDay + (isGlitch ? 3 : echoDays),
  )
  return about.find(({ isGlitch }) => !isGlitch) ?? about[0]
}

function summarise(
  days: readonly ScoredDay[],
  anomalies: readonly TrueAnomaly[],
  { delays, onGlitches, onNothing }: Alerts,
): Omit<DetectionFigures, 'contestant' | 'averagePrecision'> {
  const weeks = weeksOf(days)
  const firstDay = days.reduce((least, { day }) => Math.min(least, day), Infinity)
  const lastDay = days.reduce((greatest, { day }) => Math.max(greatest, day), -Infinity)
  const judged = anomalies.filter(({ fromDay }) => fromDay >= firstDay && fromDay <= lastDay)
  const events = judged.filter(({ isGlitch }) => !isGlitch)
  const delaysOf = (some: readonly TrueAnomaly[]): number[] => some.flatMap((one) => delays.get(one) ?? [])
  return {
    recall: delaysOf(events).length / events.length,
    delayDays: lowerMedian(delaysOf(events)),
    falseAlertsPerWeek: onNothing / weeks,
    glitchAlertsPerWeek: onGlitches / weeks,
    kinds: [...groupBy(judged, ({ kind }) => kind)]
      .map(([kind, some]) => ({
        kind,
        anomalies: some.length,
        found: delaysOf(some).length,
        delayDays: lowerMedian(delaysOf(some)),
      }))
      .sort((a, b) => a.kind.localeCompare(b.kind)),
  }
}

function byProtocol(anomalies: readonly TrueAnomaly[]): Map<string, TrueAnomaly[]> {
  return groupBy(anomalies, ({ protocolId }) => protocolId)
}

function weeksOf(days: readonly ScoredDay[]): number {
  return new Set(days.map(({ day }) => day)).size / 7
}

function lowerMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? NaN
}
