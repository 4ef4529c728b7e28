import { createClassifier } from '../../models/classifiers/catalogue.ts'
import type { ClassifierAlgorithm, Params } from '../../models/classifiers/classifier.ts'
import { takeRows } from '../../models/matrix.ts'
import { macroF1, mostProbable } from '../../models/metrics/confusion.ts'
import { stratifiedFolds } from '../../models/validation/folds.ts'
import { smote } from '../../models/validation/smote.ts'
import { drawClasses } from '../drawn-data.ts'

export interface GridTask {
  readonly algorithm: ClassifierAlgorithm
  readonly params: Params
  readonly rows: number
  readonly seed: number
}

/** Mean macro-F1 of one configuration over five stratified folds, SMOTE inside each. */
export function meanMacroF1({ algorithm, params, rows, seed }: GridTask): number {
  const data = drawClasses(rows, seed)
  const folds = stratifiedFolds(data.y, 5, 1)
  const scores = folds.map(({ train, test }) => {
    const labelsOf = (chosen: Int32Array): Int32Array => chosen.map((row) => data.y[row]!)
    const balanced = smote({ ...data, x: takeRows(data.x, train), y: labelsOf(train) }, { seed: 1 })
    const fitted = createClassifier(algorithm, params).fit(balanced, { seed: 1 })
    const predicted = mostProbable(fitted.predictProbability(takeRows(data.x, test)))
    return macroF1(labelsOf(test), predicted, data.classes)
  })
  return scores.reduce((a, b) => a + b) / scores.length
}
