import { ModelInputError } from '../errors.ts'
import { type Matrix, takeRows } from '../matrix.ts'

/**
 * Mean silhouette coefficient (Rousseeuw 1987) with Euclidean distances, in [−1, 1]; a row alone in its cluster
 * counts 0. NaN, undefined, with fewer than two labels or as many labels as rows.
 * @param x `n × d` without NaN @param labels n cluster numbers of any value
 */
export function silhouette(x: Matrix, labels: ArrayLike<number>): number {
  if (labels.length !== x.rows) throw new ModelInputError(`Expected ${x.rows} labels, got ${labels.length}`)
  const order = Int32Array.from({ length: x.rows }, (_, i) => i).sort(
    (a, b) => labels[a]! - labels[b]! || a - b,
  )
  const starts = clusterStarts(order, labels)
  const clusters = starts.length - 1
  if (clusters < 2 || clusters >= x.rows) return NaN
  return meanCoefficient(distanceSums(takeRows(x, order), starts), starts)
}

/** Where each cluster begins in the order, and the number of rows at the end. */
function clusterStarts(order: Int32Array, labels: ArrayLike<number>): Int32Array {
  const starts = Array.from(order.keys()).filter(
    (at) => at === 0 || labels[order[at]!] !== labels[order[at - 1]!],
  )
  return Int32Array.from([...starts, order.length])
}

/** `rows × clusters`: the sum of distances from each row to each cluster. @param x rows in the order of clusters */
function distanceSums(x: Matrix, starts: Int32Array): Float64Array {
  const clusters = starts.length - 1
  const sums = new Float64Array(x.rows * clusters)
  for (let p = 0; p < clusters; p++)
    for (let q = p; q < clusters; q++)
      for (let i = starts[p]!; i < starts[p + 1]!; i++)
        for (let j = Math.max(starts[q]!, i + 1); j < starts[q + 1]!; j++) {
          const distance = euclidean(x, i, j)
          sums[i * clusters + q]! += distance
          sums[j * clusters + p]! += distance
        }
  return sums
}

function euclidean({ data, columns }: Matrix, i: number, j: number): number {
  let sum = 0
  for (let k = 0; k < columns; k++) {
    const gap = data[i * columns + k]! - data[j * columns + k]!
    sum += gap * gap
  }
  return Math.sqrt(sum)
}

function meanCoefficient(sums: Float64Array, starts: Int32Array): number {
  const clusters = starts.length - 1
  const size = (cluster: number): number => starts[cluster + 1]! - starts[cluster]!
  let total = 0
  for (let own = 0; own < clusters; own++) {
    if (size(own) === 1) continue
    for (let i = starts[own]!; i < starts[own + 1]!; i++) {
      const within = sums[i * clusters + own]! / (size(own) - 1)
      let nearest = Infinity
      for (let other = 0; other < clusters; other++)
        if (other !== own) nearest = Math.min(nearest, sums[i * clusters + other]! / size(other))
      const wider = Math.max(within, nearest)
      if (wider > 0) total += (nearest - within) / wider
    }
  }
  return total / (starts[clusters] ?? 1)
}
