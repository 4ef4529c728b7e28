import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { drawClasses } from '../../../bench/drawn-data.ts'
import { createRandomForest } from '../../../models/classifiers/random-forest.ts'
import type { FittedTreeClassifier } from '../../../models/classifiers/tree-classifier.ts'
import { createXgboost } from '../../../models/classifiers/xgboost.ts'
import { TreeShap } from '../../../models/explain/tree-shap.ts'
import { macroF1, mostProbable } from '../../../models/metrics/confusion.ts'
import { treeCount } from '../../../models/trees/tree-ensemble.ts'
import { logLossOf } from './scores.ts'
import { importDump, type DumpedNode } from './xgboost-dump.ts'

interface XgboostGolden {
  readonly first_exact_trees: DumpedNode[]
  readonly hist_log_loss: Readonly<Record<string, number>>
  readonly contributions: { readonly trees: DumpedNode[]; readonly values: number[][][] }
}

function golden(name: string): unknown {
  const path = new URL(`../../goldens/classifiers/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as unknown
}

const xgboost = golden('xgboost') as XgboostGolden
const common = { eta: 0.1, max_depth: 6, max_bin: 256, n_estimators: 100 }

describe('xgboost beside the original', () => {
  it('grows the same first trees by the exact method', () => {
    const theirs = importDump(xgboost.first_exact_trees)
    const model = createXgboost({ ...common, tree_method: 'exact', max_depth: 4, n_estimators: 1 }).fit(
      drawClasses(300, 301),
      { seed: 1 },
    ) as FittedTreeClassifier
    const ours = model.ensemble
    expect(Array.from(ours.roots)).toEqual(Array.from(theirs.roots))
    expect([...ours.feature]).toEqual([...theirs.feature])
    for (let node = 0; node < ours.feature.length; node++) {
      expect(ours.threshold[node]).toBeCloseTo(theirs.threshold[node]!, 6)
      expect(ours.value[node]).toBeCloseTo(theirs.value[node]!, 6)
      expect(ours.cover[node]).toBeCloseTo(theirs.cover[node]!, 3)
      expect(ours.gain[node]).toBeCloseTo(theirs.gain[node]!, 3)
    }
  })

  it.each([500, 2000, 10_000])(
    'is within 1 % of its log-loss after 100 rounds of hist on %i rows',
    (rows) => {
      const fresh = drawClasses(4000, 99)
      const p = createXgboost(common).fit(drawClasses(rows, rows), { seed: 1 }).predictProbability(fresh.x)
      expect(logLossOf(p, fresh.y)).toBeLessThan(xgboost.hist_log_loss[String(rows)]! * 1.01)
    },
  )

  it('explains the same trees by the same contributions', () => {
    const trees = importDump(xgboost.contributions.trees)
    const { x } = drawClasses(12, 402)
    for (let i = 0; i < 12; i += 3) x.data[i * x.columns] = NaN
    const shap = new TreeShap(trees, x.columns)
    for (let i = 0; i < x.rows; i++)
      for (let k = 0; k < 3; k++) {
        const values = new Float64Array(x.columns)
        let base = 0.5
        for (let tree = k; tree < treeCount(trees); tree += 3) {
          base += shap.expected(tree, 0)
          shap.addTree(tree, x, i, values, 0)
        }
        const theirs = xgboost.contributions.values[i]![k]!
        values.forEach((value, f) => expect(Math.abs(value - theirs[f]!)).toBeLessThan(1e-6))
        expect(Math.abs(base - theirs[x.columns]!)).toBeLessThan(1e-6)
      }
  })
})

describe('random-forest beside scikit-learn', () => {
  it('has a macro-F1 within 0.01, on average over 10 seeds', () => {
    const { macro_f1: theirs } = golden('forest') as { macro_f1: number }
    const data = drawClasses(1000, 1001)
    const fresh = drawClasses(4000, 99)
    let sum = 0
    for (let seed = 0; seed < 10; seed++) {
      const p = createRandomForest().fit(data, { seed }).predictProbability(fresh.x)
      sum += macroF1(fresh.y, mostProbable(p), 3)
    }
    expect(Math.abs(sum / 10 - theirs)).toBeLessThan(0.01)
  })
})
