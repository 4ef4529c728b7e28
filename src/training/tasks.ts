import type { Fold } from '../../models/validation/folds.ts'
import { evaluateCandidate, type Candidate, type CandidateResult } from './candidates.ts'
import { crossPredict } from './cross-predict.ts'
import type { FoldPredictions } from './figures.ts'
import { judge, type Judgement } from './judgement.ts'
import type { ModelConfig } from './learner.ts'
import type { Samples } from './samples.ts'

/** The heavy steps of an evaluation as functions that a thread is handed: data in, data out. */

interface FoldsInput {
  readonly samples: Samples
  readonly folds: readonly Fold[]
  readonly seed: number
}

export function candidateTask(input: FoldsInput & { readonly candidate: Candidate }): CandidateResult {
  return evaluateCandidate(input.samples, input.candidate, input.folds, { seed: input.seed })
}

export function predictionTask(input: FoldsInput & { readonly config: ModelConfig }): FoldPredictions {
  return crossPredict(input.samples, input.config, input.folds, { seed: input.seed })
}

export function judgementTask(input: {
  readonly samples: Samples
  readonly predictions: FoldPredictions
  readonly seed: number
}): Judgement {
  return judge(input.samples, input.predictions, { seed: input.seed })
}
