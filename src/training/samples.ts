import { isoDate } from '../domain/calendar.ts'
import { InsufficientDataError } from '../errors.ts'
import { buildFeatures } from '../features/build.ts'
import { mondays } from '../features/history.ts'
import { forwardLabel, riskLabels } from '../features/labels.ts'
import type { DailySeries, FeatureVector, ProtocolTraits } from '../features/series.ts'
import { coded, vectorTable, type CodedColumn, type VectorTable } from './vector-table.ts'

/** What is known about one protocol when samples are made of it. */
export interface ProtocolHistory {
  readonly series: DailySeries
  readonly traits: ProtocolTraits
  /** Versions and deployments of one parent share its fate and never part in grouped folds. */
  readonly parentId: string | null
  readonly incidentDays?: readonly number[]
  readonly deadFromDay?: number | null
}

/** Labelled feature vectors, one per protocol and week, in order of days. */
export interface Samples {
  readonly vectors: VectorTable
  /** Per row, an index into `riskLabels`. */
  readonly label: Int32Array
  readonly family: CodedColumn
  readonly horizonDays: number
}

/** Tried from the longest. */
export const horizonsDays = [30, 14, 7] as const
export const minimumProtocols = 20
export const minimumTrainingPoints = 10

/**
 * A horizon is used only where the samples span three of it: one to train on, one to purge, one to test. Shorter
 * histories fall back to a shorter horizon, so that no protocol is dropped for its youth.
 */
const horizonsPerSpan = 3

/**
 * The samples of the longest horizon that the history carries.
 * @param knownUpToDay the last complete day of the data clock
 * @throws InsufficientDataError that says what is missing: protocols, points, or days of history
 */
export function buildSamples(
  histories: readonly ProtocolHistory[],
  knownUpToDay: number,
  options: { readonly windowDays?: number; readonly longestHorizonDays?: number } = {},
): Samples {
  const vectors = weeklyVectors(histories, knownUpToDay, options.windowDays)
  const protocols = new Set(vectors.map(({ history }) => history.series.protocolId)).size
  if (protocols < minimumProtocols)
    throw new InsufficientDataError(
      `Training needs ${minimumProtocols} protocols with at least ${minimumTrainingPoints} daily points each, got ${protocols}`,
    )
  const longest = options.longestHorizonDays ?? horizonsDays[0]
  for (const horizonDays of new Set([longest, ...horizonsDays.filter((days) => days < longest)])) {
    const samples = labelled(vectors, horizonDays, knownUpToDay)
    const { day } = samples.vectors
    const spanDays = day.length === 0 ? 0 : day.at(-1)! - day[0]!
    if (spanDays >= horizonsPerSpan * horizonDays) return samples
  }
  const shortest = horizonsDays.at(-1)!
  const first = vectors[0]!.vector.asOfDay
  throw new InsufficientDataError(
    `Training needs ${(horizonsPerSpan + 1) * shortest} days from the first usable vector on ` +
      `(${isoDate(first)}), got ${knownUpToDay - first}`,
  )
}

interface HistoryVector {
  readonly history: ProtocolHistory
  readonly vector: FeatureVector
}

/** The vectors fit to train on, by day and then in the order of `histories`. */
function weeklyVectors(
  histories: readonly ProtocolHistory[],
  knownUpToDay: number,
  windowDays: number | undefined,
): HistoryVector[] {
  const firstDay = Math.min(...histories.map(({ series }) => series.firstDay))
  const found: HistoryVector[] = []
  for (const day of mondays(firstDay, knownUpToDay))
    for (const history of histories) {
      const { series, traits } = history
      const vector = buildFeatures(series, traits, day, windowDays === undefined ? {} : { windowDays })
      if (vector !== null && vector.points >= minimumTrainingPoints && !vector.stale)
        found.push({ history, vector })
    }
  return found
}

function labelled(vectors: readonly HistoryVector[], horizonDays: number, knownUpToDay: number): Samples {
  const closed = vectors.flatMap(({ history, vector }) => {
    const label = forwardLabel(history.series, vector.asOfDay, {
      horizonDays,
      knownUpToDay,
      incidentDays: history.incidentDays ?? [],
      deadFromDay: history.deadFromDay ?? null,
    })
    return label === null ? [] : [{ history, vector, label }]
  })
  return {
    vectors: vectorTable(closed.map(({ vector }) => vector)),
    label: Int32Array.from(closed, ({ label }) => riskLabels.indexOf(label)),
    family: coded(closed.map(({ history }) => history.parentId ?? history.series.protocolId)),
    horizonDays,
  }
}
