/** The logistic curve `1 / (1 + exp(−(slope × score + intercept)))`. */
export interface PlattCurve {
  readonly slope: number
  readonly intercept: number
}

const maxIterations = 100

/**
 * A logistic curve through the outcomes by Newton's method with step halving, with Platt's smoothed targets
 * (Platt 1999; Lin, Lin and Weng 2007).
 */
export function fitPlatt(positive: ArrayLike<number>, score: ArrayLike<number>): PlattCurve {
  let positives = 0
  for (let i = 0; i < positive.length; i++) positives += positive[i]!
  const negatives = positive.length - positives
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)
  const target = Float64Array.from(positive, (value) => (value === 1 ? high : low))
  let slope = 0
  let intercept = Math.log((positives + 1) / (negatives + 1))
  let loss = crossEntropy(target, score, slope, intercept)
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const step = newtonStep(target, score, slope, intercept)
    if (Math.abs(step.slope) + Math.abs(step.intercept) < 1e-12) break
    let size = 1
    let tried = crossEntropy(target, score, slope + step.slope, intercept + step.intercept)
    while (tried > loss && size > 1e-10) {
      size /= 2
      tried = crossEntropy(target, score, slope + size * step.slope, intercept + size * step.intercept)
    }
    if (tried > loss) break
    slope += size * step.slope
    intercept += size * step.intercept
    loss = tried
  }
  return { slope, intercept }
}

export function plattAt({ slope, intercept }: PlattCurve, score: number): number {
  return sigmoid(slope * score + intercept)
}

function newtonStep(
  target: Float64Array,
  score: ArrayLike<number>,
  slope: number,
  intercept: number,
): { slope: number; intercept: number } {
  // A trace of ridge keeps the matrix regular where all scores are equal.
  let h11 = 1e-12
  let h22 = 1e-12
  let h12 = 0
  let g1 = 0
  let g2 = 0
  for (let i = 0; i < target.length; i++) {
    const probability = sigmoid(slope * score[i]! + intercept)
    const weight = probability * (1 - probability)
    const error = probability - target[i]!
    h11 += score[i]! ** 2 * weight
    h12 += score[i]! * weight
    h22 += weight
    g1 += score[i]! * error
    g2 += error
  }
  const determinant = h11 * h22 - h12 * h12
  return {
    slope: -(h22 * g1 - h12 * g2) / determinant,
    intercept: -(h11 * g2 - h12 * g1) / determinant,
  }
}

/** Σ of −t·ln p − (1 − t)·ln(1 − p), written so that no exponential overflows. */
function crossEntropy(
  target: Float64Array,
  score: ArrayLike<number>,
  slope: number,
  intercept: number,
): number {
  let sum = 0
  for (let i = 0; i < target.length; i++) {
    const margin = slope * score[i]! + intercept
    sum += Math.max(margin, 0) - margin * target[i]! + Math.log1p(Math.exp(-Math.abs(margin)))
  }
  return sum
}

function sigmoid(margin: number): number {
  return margin >= 0 ? 1 / (1 + Math.exp(-margin)) : Math.exp(margin) / (1 + Math.exp(margin))
}
