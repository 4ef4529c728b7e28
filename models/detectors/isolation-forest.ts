import { matrix } from '../matrix.ts'
import { createRandom } from '../random.ts'
import { defineDetector, type DetectorCore } from './definition.ts'
import {
  averagePathLength,
  growForest,
  type IsolationForest,
  type IsolationForestParams,
} from './isolation-trees.ts'
import { packFloats, packInts, type PackedNumbers, unpackFloats, unpackInts } from './packed-array.ts'
import { shareOut } from './share-out.ts'

interface IsolationForestState {
  readonly roots: PackedNumbers
  readonly feature: PackedNumbers
  readonly threshold: PackedNumbers
  readonly left: PackedNumbers
  readonly pathLength: PackedNumbers
  readonly sampleSize: number
}

/**
 * Liu, Ting and Zhou, "Isolation Forest", ICDM 2008. Score in (0, 1]: 2^(−mean path length / expected path length).
 *
 * Contributions add up to the score. Each split on a row's path is credited with how much it shortened the expected
 * path (negative credit counts as none), and the score is shared out in proportion.
 */
export const isolationForest = defineDetector<IsolationForestParams, IsolationForestState>({
  algorithm: 'isolation-forest',
  parameters: {
    trees: { default: 100, range: [1, 10_000], whole: true },
    sampleSize: { default: 256, range: [2, 1_000_000], whole: true },
  },
  fit(x, params, options) {
    const core = coreOf(growForest(x, params, createRandom(options.seed), options.onProgress))
    return { core, trainingScores: core.score(x) }
  },
  load: ({ roots, feature, threshold, left, pathLength, sampleSize }) =>
    coreOf({
      roots: unpackInts(roots),
      feature: unpackInts(feature),
      threshold: unpackFloats(threshold),
      left: unpackInts(left),
      pathLength: unpackFloats(pathLength),
      sampleSize,
    }),
})

function coreOf(forest: IsolationForest): DetectorCore<IsolationForestState> {
  const { roots, feature, threshold, left, pathLength, sampleSize } = forest
  return {
    score(x) {
      const total = new Float64Array(x.rows)
      for (const root of roots)
        for (let i = 0; i < x.rows; i++) {
          let node = root
          for (let f = feature[node]!; f >= 0; f = feature[node]!)
            node = left[node]! + (x.data[i * x.columns + f]! < threshold[node]! ? 0 : 1)
          total[i]! += pathLength[node]!
        }
      const scale = roots.length * Math.max(averagePathLength(sampleSize), 1)
      return total.map((length) => 2 ** (-length / scale))
    },
    explain(x) {
      const credit = matrix(x.rows, x.columns)
      for (const root of roots)
        for (let i = 0; i < x.rows; i++) {
          const offset = i * x.columns
          let node = root
          for (let f = feature[node]!; f >= 0; f = feature[node]!) {
            const child = left[node]! + (x.data[offset + f]! < threshold[node]! ? 0 : 1)
            credit.data[offset + f]! += pathLength[node]! - pathLength[child]!
            node = child
          }
        }
      const scores = this.score(x)
      return { scores, contributions: shareOut(credit, scores) }
    },
    toState: () => ({
      roots: packInts(roots),
      feature: packInts(feature),
      threshold: packFloats(threshold),
      left: packInts(left),
      pathLength: packFloats(pathLength),
      sampleSize,
    }),
  }
}
