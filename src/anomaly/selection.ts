import { fewestAnswers, fewestOfEachKind } from '../alerts/answers.ts'
import type { Matrix } from '../../models/matrix.ts'
import { averagePrecision } from '../../models/metrics/ranking.ts'
import { silhouette } from '../../models/selection/silhouette.ts'
import { type Judge, judges, type Rarities } from './ensemble.ts'

/** `injected` and `silhouette` take the judge with the highest figure, `consensus` always the consensus. */
export const selections = ['injected', 'silhouette', 'consensus'] as const
export type Selection = (typeof selections)[number]

export interface JudgeScores {
  /** Of injected anomalies among the past rows. */
  readonly averagePrecision: number
  /** Of its split into anomalies and the rest at 10 %; null with fewer than two groups. */
  readonly silhouette: number | null
  /** Of injected anomalies and true alarms among the past rows and false alarms; null with too few answers. */
  readonly labelledPrecision: number | null
}

/** An alert of which somebody said what it was, with the scores that raised it. */
export interface LabelledAlert {
  readonly isTrueAlarm: boolean
  /** In [0, 1], as scans store them. */
  readonly scores: Readonly<Partial<Record<Judge, number>>>
}

const silhouetteContamination = 0.1
/** Pairs of all rows are looked at: more rows would only take longer. */
const silhouetteRows = 800

export function scoreJudges(
  pastRows: Matrix,
  past: Rarities,
  injected: Rarities,
  labelled: readonly LabelledAlert[] = [],
): Record<Judge, JudgeScores> {
  return Object.fromEntries(
    judges.map((judge) => [
      judge,
      {
        averagePrecision: injectedPrecision(past[judge], injected[judge]),
        silhouette: splitSilhouette(pastRows, past[judge]),
        labelledPrecision: areEnough(labelled)
          ? injectedPrecision(
              withAnswers(past[judge], labelled, judge, false),
              withAnswers(injected[judge], labelled, judge, true),
            )
          : null,
      },
    ]),
  ) as Record<Judge, JudgeScores>
}

/** Ties go to the judge that stands first in `judges`; without any figure the consensus decides. */
export function selectJudge(scores: Readonly<Record<Judge, JudgeScores>>, selection: Selection): Judge {
  if (selection === 'consensus') return 'consensus'
  const figure = (judge: Judge): number =>
    selection === 'injected'
      ? (scores[judge].labelledPrecision ?? scores[judge].averagePrecision)
      : (scores[judge].silhouette ?? -Infinity)
  const best = judges.reduce((a, b) => (figure(b) > figure(a) ? b : a))
  return Number.isFinite(figure(best)) ? best : 'consensus'
}

function areEnough(labelled: readonly LabelledAlert[]): boolean {
  const right = labelled.filter(({ isTrueAlarm }) => isTrueAlarm).length
  const wrong = labelled.length - right
  return labelled.length >= fewestAnswers && Math.min(right, wrong) >= fewestOfEachKind
}

/** True alarms sit the exam with the injected rows, false ones with the ordinary rows. */
function withAnswers(
  rarities: Float64Array,
  labelled: readonly LabelledAlert[],
  judge: Judge,
  isTrueAlarm: boolean,
): Float64Array {
  const answered = labelled
    .filter((answer) => answer.isTrueAlarm === isTrueAlarm)
    .map(({ scores }) => 1 - (scores[judge] ?? 0))
  return Float64Array.from([...rarities, ...answered])
}

function injectedPrecision(past: Float64Array, injected: Float64Array): number {
  if (injected.length === 0) return NaN
  const isInjected = new Uint8Array(past.length + injected.length).fill(1, past.length)
  const scores = Float64Array.from([...past, ...injected], (rarity) => -rarity)
  return averagePrecision(isInjected, scores)
}

function splitSilhouette(rows: Matrix, rarities: Float64Array): number | null {
  const used = Math.min(rows.rows, silhouetteRows)
  const x: Matrix = { rows: used, columns: rows.columns, data: rows.data.subarray(0, used * rows.columns) }
  const labels = Int32Array.from(rarities.subarray(0, used), (rarity) =>
    rarity <= silhouetteContamination ? 1 : 0,
  )
  const value = silhouette(x, labels)
  return Number.isNaN(value) ? null : value
}
