import { averagePrecision } from '../../models/metrics/ranking.ts'
import type { ToldAlert } from './alert-replay.ts'
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
  /** Of anomalies that are no glitches. */
  readonly recall: number
  readonly delayDays: number
  readonly alertsPerWeek: number
  /** Alerts about nothing or about a glitch, on all protocols together. */
  readonly falseAlertsPerWeek: number
  readonly glitchAlertsPerWeek: number
  readonly kinds: readonly KindFigures[]
}

/** An anomaly is news for a week; days after that count neither as found nor as false. */
const newsDays = 7
/** 30-day features carry an event on: days so long after it are neither. */
const echoDays = 14

/** @param told what was told of the contestant's alerts, see `replayAlerts` */
export function detectionFigures(
  days: readonly ScoredDay[],
  anomalies: readonly TrueAnomaly[],
  contestant: Contestant,
  told: readonly ToldAlert[],
): DetectionFigures {
  const truth = byProtocol(anomalies)
  const labels = days.map((scored) => labelOf(scored, truth.get(scored.protocolId) ?? []))
  const counted = days.filter((_, i) => labels[i] !== null)
  const isAbnormal = labels.filter((label) => label !== null).map((label) => (label ? 1 : 0))
  const scores = counted.map((scored) => scored.scores[contestant])
  return {
    contestant,
    averagePrecision: averagePrecision(isAbnormal, scores),
    ...summarise(days, anomalies, truth, told),
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
  truth: ReadonlyMap<string, readonly TrueAnomaly[]>,
  told: readonly ToldAlert[],
): Omit<DetectionFigures, 'contestant' | 'averagePrecision'> {
  const delays = new Map<TrueAnomaly, number>()
  let onGlitches = 0
  let onNothing = 0
  for (const { protocolId, day, isNew } of told) {
    const cause = causeOf(day, truth.get(protocolId) ?? [])
    if (cause === undefined) onNothing += isNew ? 1 : 0
    else {
      if (cause.isGlitch && isNew) onGlitches++
      if (day <= cause.toDay + newsDays - 1 && !delays.has(cause)) delays.set(cause, day - cause.fromDay)
    }
  }
  const weeks = new Set(days.map(({ day }) => day)).size / 7
  const firstDay = days.reduce((least, { day }) => Math.min(least, day), Infinity)
  const lastDay = days.reduce((greatest, { day }) => Math.max(greatest, day), -Infinity)
  const judged = anomalies.filter(({ fromDay }) => fromDay >= firstDay && fromDay <= lastDay)
  const events = judged.filter(({ isGlitch }) => !isGlitch)
  const delaysOf = (some: readonly TrueAnomaly[]): number[] => some.flatMap((one) => delays.get(one) ?? [])
  return {
    recall: delaysOf(events).length / events.length,
    delayDays: lowerMedian(delaysOf(events)),
    alertsPerWeek: told.filter(({ isNew }) => isNew).length / weeks,
    falseAlertsPerWeek: (onNothing + onGlitches) / weeks,
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

function lowerMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? NaN
}
