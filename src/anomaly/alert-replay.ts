import { pastWeeks, planAlerts, type PastEvent } from '../alerts/budget.ts'
import { type AlertSignal, decideAlerts, type OpenAlert } from '../alerts/decide.ts'
import { glitchOrEvent } from '../features/glitch-or-event.ts'
import { vectorFlags } from '../features/quality.ts'
import type { DailySeries } from '../features/series.ts'
import { alertLevelOf } from './alert-level.ts'
import { frozenDays } from './frozen-days.ts'
import { groupBy } from './group-by.ts'
import { judgeAnomaly, type VerdictEvidence } from './verdict.ts'
import type { Contestant, ScoredDay } from './walk-forward.ts'

/** Somebody was told of a protocol on a day. */
export interface ToldAlert {
  readonly protocolId: string
  readonly day: number
  /** Raised anew, or worse than it was. */
  readonly isNew: boolean
}

/** What is called an anomaly before any alert, as in the product. */
const anomalyThreshold = 0.9
/** Scans in a row are counted over so many days. */
const persistenceDays = 5

type Facts = Omit<VerdictEvidence, 'persistedScans'>

/** What is known of a protocol-day besides scores: the same for every contestant. */
export function factsOf(series: ReadonlyMap<string, DailySeries>): (scored: ScoredDay) => Facts {
  const known = new Map<ScoredDay, Facts>()
  return (scored) => {
    const { protocolId, day, volumeStrength } = scored
    const own = series.get(protocolId)!
    const facts = known.get(scored) ?? {
      jump: glitchOrEvent(own, day),
      flags: vectorFlags(own, day),
      frozenDays: frozenDays(own, day),
      otherSourceRatio: null,
      volumeStrength,
    }
    known.set(scored, facts)
    return facts
  }
}

/**
 * The alerts that the product would have raised, with a daily scan, had one contestant been in charge: glitches are told
 * from events, an alert stands until its score has fallen, and the threshold of every day follows from the days before.
 */
export function replayAlerts(
  days: readonly ScoredDay[],
  facts: (scored: ScoredDay) => Facts,
  contestant: Contestant,
  alertsPerWeek: number,
): ToldAlert[] {
  const told: ToldAlert[] = []
  const open = new Map<string, OpenAlert>()
  const persistence = new Map<string, number>()
  let past: PastEvent[] = []
  const byDay = [...groupBy(days, ({ day }) => day)].sort(([a], [b]) => a - b)
  for (const [day, scan] of byDay) {
    past = past.filter((event) => event.day >= day - 7 * pastWeeks)
    const { threshold } = planAlerts(past, {
      alertsPerWeek,
      weeks: Math.min(pastWeeks, Math.max(1, (day - byDay[0]![0]) / 7)),
      floor: anomalyThreshold,
      protocols: scan.length,
    })
    const signals = scan.map((scored): AlertSignal => {
      const { protocolId } = scored
      const score = scored.scores[contestant]
      const isAnomaly = score >= anomalyThreshold
      const scansBefore = persistence.get(protocolId) ?? 0
      persistence.set(protocolId, isAnomaly ? Math.min(scansBefore + 1, persistenceDays) : 0)
      const isEvent =
        isAnomaly && judgeAnomaly({ ...facts(scored), persistedScans: 1 + scansBefore }).verdict === 'event'
      return { protocolId, score, level: alertLevelOf(score, anomalyThreshold), isEvent }
    })
    const { raise, worsen, keep, clear } = decideAlerts(signals, [...open.values()], threshold)
    for (const { protocolId, score, level } of raise) {
      open.set(protocolId, { id: protocolId, protocolId, level, peakScore: score })
      told.push({ protocolId, day, isNew: true })
    }
    for (const { alert, signal } of worsen) {
      open.set(alert.id, { ...alert, level: signal.level })
      told.push({ protocolId: alert.protocolId, day, isNew: false })
    }
    for (const { alert, signal } of keep)
      open.set(alert.id, { ...alert, peakScore: Math.max(alert.peakScore, signal.score) })
    for (const { id } of clear) open.delete(id)
    for (const { protocolId, score, isEvent } of signals) if (isEvent) past.push({ protocolId, day, score })
  }
  return told
}
