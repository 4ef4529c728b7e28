import type { Explanation } from '../classifiers/classifier.ts'
import { leaf, type TreeEnsemble } from '../trees/tree-ensemble.ts'

/** What each column's splits won (`gain`), or how many there are (`split`); sums to 1, or all 0 without any split. */
export function treeImportance(
  ensemble: TreeEnsemble,
  columns: number,
  kind: 'gain' | 'split',
): Float64Array {
  const sums = new Float64Array(columns)
  ensemble.feature.forEach((f, node) => {
    if (f !== leaf) sums[f]! += kind === 'gain' ? ensemble.gain[node]! : 1
  })
  return shares(sums)
}

/** Mean |SHAP| of each column over all rows and classes, as shares of 1: the default global importance. */
export function shapImportance({ values, output }: Explanation): Float64Array {
  const groups = output.rows * output.columns
  const columns = groups === 0 ? 0 : values.length / groups
  const sums = new Float64Array(columns)
  for (let i = 0; i < values.length; i++) sums[i % columns]! += Math.abs(values[i]!)
  return shares(sums)
}

function shares(sums: Float64Array): Float64Array {
  const total = sums.reduce((a, b) => a + b, 0)
  return total > 0 ? sums.map((sum) => sum / total) : sums
}
