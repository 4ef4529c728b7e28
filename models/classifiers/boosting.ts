import type { Matrix } from '../matrix.ts'
import { EnsembleBuilder } from '../trees/ensemble-builder.ts'
import type { TreeDraft } from '../trees/tree-draft.ts'
import { addTree } from '../trees/tree-ensemble.ts'
import type { FitOptions, TrainingSet } from './classifier.ts'
import { forgetUnknown, knownCategories } from './known-categories.ts'
import { logLoss, type LogLoss } from './objective.ts'
import type { TreeModel } from './tree-classifier.ts'
import { expectLabelled } from './training-set.ts'

/** The rows of one round: `rows[0 … count)`, and what their weights are multiplied by (null = 1). */
export interface RowSample {
  readonly rows: Int32Array
  readonly count: number
  readonly boosts: Float64Array | null
}

/** Draws the rows of a round; gradients are those of the unsampled rows. */
export type RowSampler = (round: number, gradients: readonly Float64Array[]) => RowSample

/** Grows one round's trees: one draft per margin, or a single draft whose leaves serve all margins. Calls `done` for each, leaves assigned. */
export type RoundGrower = (
  gradients: readonly Float64Array[],
  sample: RowSample,
  round: number,
  done: (draft: TreeDraft) => void,
) => void

export interface BoostingPlan {
  readonly rounds: number
  readonly learningRate: number
  /** Stop when so many rounds brought no better validation loss; 0 = never. */
  readonly earlyStoppingRounds: number
  readonly base: readonly number[]
  readonly loss: LogLoss
  /** Numbers per leaf. */
  readonly outputs: number
  readonly sample: RowSampler
  readonly grow: RoundGrower
}

/** Gradient boosting (Friedman, 2001): every round takes one Newton step of the log-loss in the space of trees. */
export function boost(data: TrainingSet, options: FitOptions, plan: BoostingPlan): TreeModel {
  const { loss, outputs, learningRate } = plan
  const { rows } = data.x
  const known = knownCategories(data.x, data.features)
  const margins = startingMargins(plan.base, rows)
  const gradients = plan.base.map(() => new Float64Array(rows * 2))
  const builder = new EnsembleBuilder(outputs)
  const watch =
    options.validation && plan.earlyStoppingRounds > 0
      ? watchValidation(options.validation, data, plan, known)
      : null

  let round = 0
  while (round < plan.rounds) {
    loss.gradients(margins, null, gradients)
    const sample = plan.sample(round, gradients)
    if (sample.boosts) loss.gradients(margins, sample.boosts, gradients)
    let margin = 0
    plan.grow(gradients, sample, round, (draft) => {
      shrink(draft, learningRate)
      builder.append(draft)
      addToMargins(builder, draft, data.x, sample.count, margins, margin * rows)
      margin += outputs
    })
    round++
    const stop = watch ? watch.endsAt(round, builder) : false
    options.onProgress?.(stop ? 1 : round / plan.rounds)
    if (stop) break
  }
  const best = watch ? watch.best : round
  const report = watch ? { best_iteration: best, best_log_loss: watch.loss } : {}
  const treesPerRound = plan.base.length / outputs
  return { link: loss.link, base: plan.base, ensemble: builder.build(best * treesPerRound), known, report }
}

/** `margins × rows`: all rows of the first margin, then all of the next. */
export function startingMargins(base: readonly number[], rows: number): Float64Array {
  const out = new Float64Array(rows * base.length)
  base.forEach((start, margin) => out.fill(start, margin * rows, (margin + 1) * rows))
  return out
}

function shrink(draft: TreeDraft, learningRate: number): void {
  for (let i = 0; i < draft.size * draft.outputs; i++) draft.value[i]! *= learningRate
}

/** The leaves of the rows that grew the tree are known; if there are others, all rows are sent down the tree instead. */
function addToMargins(
  builder: EnsembleBuilder,
  draft: TreeDraft,
  x: Matrix,
  sampledCount: number,
  margins: Float64Array,
  at: number,
): void {
  if (sampledCount < x.rows) {
    addTree(builder, builder.trees - 1, x, margins, 1, at, x.rows)
    return
  }
  const { outputs, leafOf, value } = draft
  for (let k = 0; k < outputs; k++) {
    const first = at + k * x.rows
    for (let i = 0; i < x.rows; i++) margins[first + i]! += value[leafOf[i]! * outputs + k]!
  }
}

interface ValidationWatch {
  /** The round of the least log-loss, and that loss. */
  readonly best: number
  readonly loss: number
  /** True when the loss has not improved for too long. */
  endsAt(round: number, builder: EnsembleBuilder): boolean
}

/** Follows the log-loss of the validation rows from round to round. */
function watchValidation(
  validation: TrainingSet,
  training: TrainingSet,
  plan: BoostingPlan,
  known: TreeModel['known'],
): ValidationWatch {
  expectLabelled({ ...validation, features: training.features, classes: training.classes })
  const x = forgetUnknown(validation.x, known)
  const width = plan.base.length
  const margins = startingMargins(plan.base, x.rows)
  let seen = 0
  let best = 0
  let least = Infinity
  return {
    get best() {
      return best
    },
    get loss() {
      return least
    },
    endsAt(round, builder) {
      for (; seen < builder.trees; seen++)
        addTree(builder, seen, x, margins, 1, ((seen * plan.outputs) % width) * x.rows, x.rows)
      const loss = logLoss(plan.loss.link, margins, validation.y, validation.weights)
      if (loss < least) {
        least = loss
        best = round
      }
      return round - best >= plan.earlyStoppingRounds
    },
  }
}
