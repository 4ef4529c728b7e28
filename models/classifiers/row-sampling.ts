import type { Random } from '../random.ts'
import type { RowSampler } from './boosting.ts'

/** All rows, every round. */
export function everyRow(rows: number): RowSampler {
  const all = Int32Array.from({ length: rows }, (_, i) => i)
  return () => ({ rows: all, count: rows, boosts: null })
}

/** A fresh share of the rows, without replacement, every `everyRounds` rounds. */
export function bagging(rows: number, share: number, everyRounds: number, random: Random): RowSampler {
  const drawn = new Int32Array(rows)
  const count = Math.max(1, Math.round(rows * share))
  return (round) => {
    if (round % everyRounds === 0) drawRows(rows, count, random, drawn)
    return { rows: drawn, count, boosts: null }
  }
}

/** Selection sampling (Knuth, algorithm S): `count` of `rows` rows, ascending. */
function drawRows(rows: number, count: number, random: Random, out: Int32Array): void {
  let taken = 0
  for (let row = 0; taken < count; row++) if (random.next() * (rows - row) < count - taken) out[taken++] = row
}

export interface GossRates {
  readonly topRate: number
  readonly otherRate: number
}

/**
 * Gradient-based one-side sampling (Ke et al., 2017, LightGBM, algorithm 2): keeps the rows of greatest |gradient × hessian|, draws from
 * the rest, and multiplies these by (1 − top) / other, so that sums stay right on average. Starts after 1 / learning rate rounds.
 */
export function goss(rows: number, rates: GossRates, learningRate: number, random: Random): RowSampler {
  const all = everyRow(rows)
  const top = Math.max(1, Math.floor(rows * rates.topRate))
  const other = Math.max(1, Math.floor(rows * rates.otherRate))
  const boost = (rows - top) / other
  const scores = new Float64Array(rows)
  const boosts = new Float64Array(rows)
  const drawn = new Int32Array(rows)
  return (round, gradients) => {
    if (round < 1 / learningRate || top + other >= rows) return all(round, gradients)
    scores.fill(0)
    for (const g of gradients)
      for (let i = 0; i < rows; i++) scores[i]! += Math.abs(g[2 * i]! * g[2 * i + 1]!)
    const least = Float64Array.from(scores).sort()[rows - top]!
    let count = 0
    let tops = 0
    let rest = rows - top
    let needed = other
    for (let i = 0; i < rows; i++) {
      if (scores[i]! >= least && tops < top) {
        tops++
        boosts[i] = 1
        drawn[count++] = i
      } else if (random.next() * rest-- < needed) {
        needed--
        boosts[i] = boost
        drawn[count++] = i
      }
    }
    return { rows: drawn, count, boosts }
  }
}
