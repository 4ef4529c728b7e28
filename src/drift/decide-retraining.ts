import { type Drift, hasDrifted } from './measure-drift.ts'

export const anomalyScoreName = 'anomaly_score'
/** A model that has lost a third of its ground stands on another market. */
const share = 1 / 3
/** A retraining costs minutes of every core, and drift does not pass within days. */
export const retrainAtMostEveryDays = 7

export interface Verdict {
  /** One sentence, with the figures that decided. */
  readonly reason: string
  /** Share of the features that have drifted, in [0, 1]. */
  readonly share: number
}

/** Whether so much has moved that a model should be trained anew; undefined when not. */
export function judgeDrift(drifts: readonly Drift[]): Verdict | undefined {
  const features = drifts.filter(({ name }) => name !== anomalyScoreName)
  const moved = features.filter(hasDrifted).sort((a, b) => b.psi - a.psi)
  const score = drifts.find(({ name }) => name === anomalyScoreName)
  const scoreMoved = score !== undefined && hasDrifted(score)
  const movedShare = features.length === 0 ? 0 : moved.length / features.length
  if (movedShare < share && !scoreMoved) return undefined
  const parts = [
    `${moved.length} of ${features.length} features have drifted from the training window`,
    ...(moved.length > 0 ? [`most of all ${moved.slice(0, 3).map(figureOf).join(', ')}`] : []),
    ...(scoreMoved ? [`and the anomaly scores have (${figureOf(score)})`] : []),
  ]
  return { reason: parts.join(', '), share: movedShare }
}

const figureOf = ({ name, psi, limit }: Drift): string =>
  `${name} with an index of ${psi.toFixed(2)} over ${limit.toFixed(2)}`
