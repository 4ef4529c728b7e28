import { describe, expect, it } from 'vitest'

import { TreeShap } from '../../../models/explain/tree-shap.ts'
import { matrix } from '../../../models/matrix.ts'
import { createRandom, type Random } from '../../../models/random.ts'
import { EnsembleBuilder } from '../../../models/trees/ensemble-builder.ts'
import { TreeDraft } from '../../../models/trees/tree-draft.ts'
import { goesLeft, leaf, type TreeEnsemble } from '../../../models/trees/tree-ensemble.ts'

const columns = 5

/** A random tree in which features repeat along paths; some covers may be zero. */
function drawTree(random: Random, outputs: number, emptyShare: number): TreeEnsemble {
  const draft = new TreeDraft(outputs)
  draft.addNode(0, 0, 0)
  draft.cover[0] = 1000
  for (let node = 0; node < draft.size; node++) {
    if (draft.depth[node]! >= 7 || (node > 2 && random.next() < 0.25)) {
      for (let k = 0; k < outputs; k++) draft.value[node * outputs + k] = random.normal()
      continue
    }
    draft.split(node, random.below(columns), random.normal(), random.next() < 0.5, 1)
    const share = random.next() < emptyShare ? 0 : random.next()
    for (const part of [share, 1 - share]) {
      const child = draft.addNode(draft.depth[node]! + 1, 0, 0)
      draft.cover[child] = draft.cover[node]! * part
    }
  }
  const builder = new EnsembleBuilder(outputs)
  builder.append(draft)
  return builder.build()
}

/** The game itself: the mean of the leaves when only the features in `known` are known. */
function gameValue(tree: TreeEnsemble, x: Float64Array, known: number, output: number, node = 0): number {
  const f = tree.feature[node]!
  if (f === leaf) return tree.value[node * tree.outputs + output]!
  const first = tree.left[node]!
  if (known & (1 << f))
    return gameValue(tree, x, known, output, goesLeft(tree, node, x[f]!) ? first : first + 1)
  const total = tree.cover[first]! + tree.cover[first + 1]!
  const share = total > 0 ? tree.cover[first]! / total : 0.5
  return (
    share * gameValue(tree, x, known, output, first) +
    (1 - share) * gameValue(tree, x, known, output, first + 1)
  )
}

/** Shapley's own sum over all coalitions. */
function shapleyByDefinition(tree: TreeEnsemble, x: Float64Array, feature: number, output: number): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  let sum = 0
  for (let set = 0; set < 1 << columns; set++) {
    if (set & (1 << feature)) continue
    const size = set.toString(2).replaceAll('0', '').length
    const weight = (factorial(size) * factorial(columns - size - 1)) / factorial(columns)
    sum += weight * (gameValue(tree, x, set | (1 << feature), output) - gameValue(tree, x, set, output))
  }
  return sum
}

describe('TreeSHAP', () => {
  it.each([
    [1, 0],
    [3, 0],
    [2, 0.3],
  ])('equals the definition on random trees with %i outputs and %d empty branches', (outputs, emptyShare) => {
    const random = createRandom(5)
    for (let round = 0; round < 20; round++) {
      const tree = drawTree(random, outputs, emptyShare)
      const shap = new TreeShap(tree, columns)
      const x = matrix(
        1,
        columns,
        Float64Array.from({ length: columns }, () => (random.next() < 0.1 ? NaN : random.normal())),
      )
      const values = new Float64Array(outputs * columns)
      shap.addTree(0, x, 0, values, 0)
      for (let k = 0; k < outputs; k++) {
        expect(shap.expected(0, k)).toBeCloseTo(gameValue(tree, x.data, 0, k), 6)
        for (let f = 0; f < columns; f++)
          expect(values[k * columns + f]).toBeCloseTo(shapleyByDefinition(tree, x.data, f, k), 6)
      }
    }
  })
})
