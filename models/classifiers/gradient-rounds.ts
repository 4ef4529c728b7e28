import type { Random } from '../random.ts'
import type { GradientTreeGrower } from '../trees/gradient-tree.ts'
import type { RoundGrower } from './boosting.ts'

/** One tree per margin and round, each on its own draw of the columns. */
export function oneTreePerMargin(
  grower: GradientTreeGrower,
  size: { readonly rows: number; readonly columns: number },
  columnShare: number,
  random: Random,
): RoundGrower {
  const rows = new Int32Array(size.rows)
  const all = Int32Array.from({ length: size.columns }, (_, f) => f)
  return (gradients, sample, _round, done) => {
    for (const own of gradients) {
      rows.set(sample.rows)
      done(grower.grow(own, rows, sample.count, drawColumns(all, columnShare, random)))
    }
  }
}

/** Ascending, at least one. */
export function drawColumns(all: Int32Array, share: number, random: Random): Int32Array {
  if (share === 1) return all
  const count = Math.max(1, Math.round(all.length * share))
  let taken = 0
  return all.filter((_, f) => {
    const take = random.next() * (all.length - f) < count - taken
    if (take) taken++
    return take
  })
}
