/** A non-decreasing curve through its corners, straight lines between them. */
export interface IsotonicCurve {
  /** Strictly ascending scores. */
  readonly x: readonly number[]
  readonly y: readonly number[]
}

interface Block {
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly mean: number
}

/**
 * The non-decreasing step function nearest to the outcomes by least squares (pool adjacent violators), rows of equal
 * score taken together: scikit-learn's IsotonicRegression. Only the corners are kept.
 */
export function fitIsotonic(positive: ArrayLike<number>, score: ArrayLike<number>): IsotonicCurve {
  const blocks: Block[] = []
  for (const block of blocksOfEqualScore(positive, score)) {
    let last = block
    for (let before = blocks.at(-1); before && before.mean >= last.mean; before = blocks.at(-1)) {
      last = pooled(before, last)
      blocks.pop()
    }
    blocks.push(last)
  }
  const corners = blocks.flatMap(({ from, to, mean }) =>
    from === to
      ? [[from, mean]]
      : [
          [from, mean],
          [to, mean],
        ],
  )
  return { x: corners.map(([x]) => x!), y: corners.map(([, y]) => y!) }
}

/** The curve at `score`; beyond the outermost corners their value. */
export function isotonicAt({ x, y }: IsotonicCurve, score: number): number {
  let above = 0
  for (let end = x.length - 1; above < end;) {
    const middle = (above + end) >> 1
    if (x[middle]! < score) above = middle + 1
    else end = middle
  }
  if (above === 0 || x[above]! <= score) return y[above]!
  const part = (score - x[above - 1]!) / (x[above]! - x[above - 1]!)
  return y[above - 1]! + part * (y[above]! - y[above - 1]!)
}

function blocksOfEqualScore(positive: ArrayLike<number>, score: ArrayLike<number>): Block[] {
  const order = Int32Array.from(score, (_, i) => i).sort((a, b) => score[a]! - score[b]!)
  const blocks: Block[] = []
  for (const row of order) {
    const single = { from: score[row]!, to: score[row]!, rows: 1, mean: positive[row]! }
    const before = blocks.at(-1)
    if (before?.from === single.from) blocks[blocks.length - 1] = pooled(before, single)
    else blocks.push(single)
  }
  return blocks
}

function pooled(a: Block, b: Block): Block {
  const rows = a.rows + b.rows
  return { from: a.from, to: b.to, rows, mean: (a.mean * a.rows + b.mean * b.rows) / rows }
}
