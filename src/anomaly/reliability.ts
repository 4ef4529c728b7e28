import { labelOf, type TrueAnomaly } from './detection-figures.ts'
import { groupBy } from './group-by.ts'
import type { ScoredDay } from './walk-forward.ts'

/** Days whose stated probability of being abnormal lies in [from, to), and how many of them were. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly days: number
  /** Mean of what was stated. */
  readonly stated: number
  /** The share that was abnormal. */
  readonly observed: number
}

const edges = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1]

/** Bins without a day are left out. */
export function reliabilityOf(
  days: readonly ScoredDay[],
  anomalies: readonly TrueAnomaly[],
): ReliabilityBin[] {
  const truth = groupBy(anomalies, ({ protocolId }) => protocolId)
  const bins = edges.slice(1).map((to, b) => ({ from: edges[b]!, to, days: 0, stated: 0, observed: 0 }))
  for (const scored of days) {
    const isAbnormal = labelOf(scored, truth.get(scored.protocolId) ?? [])
    if (isAbnormal === null) continue
    const probability = scored.abnormalProbability
    const bin = bins.find(({ to }) => probability < to) ?? bins[bins.length - 1]!
    bin.days++
    bin.stated += probability
    bin.observed += isAbnormal ? 1 : 0
  }
  return bins
    .filter((bin) => bin.days > 0)
    .map((bin) => ({ ...bin, stated: bin.stated / bin.days, observed: bin.observed / bin.days }))
}
