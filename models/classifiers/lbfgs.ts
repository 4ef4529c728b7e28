/** Writes the gradient at `at` into `gradient` and returns the value there. */
type Objective = (at: Float64Array, gradient: Float64Array) => number

interface MinimiseOptions {
  readonly maxIterations: number
  /** Stop once no part of the gradient is larger than this. */
  readonly tolerance: number
  /** Steps remembered for the curvature. */
  readonly memory?: number
  /** Called after each step with the share of `maxIterations` that is behind, below 1; a throw in it ends the search. */
  readonly onProgress?: (fraction: number) => void
}

interface Correction {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly curvature: number
}

const sufficientDecrease = 1e-4

/**
 * The minimum of a smooth convex function by limited-memory BFGS with a backtracking line search
 * (Nocedal and Wright 2006, algorithms 7.4 and 3.1). The start is not changed.
 */
export function minimise(start: Float64Array, objective: Objective, options: MinimiseOptions): Float64Array {
  const { maxIterations, tolerance, memory = 10, onProgress } = options
  let at: Float64Array = start.slice()
  let gradient: Float64Array = new Float64Array(at.length)
  let value = objective(at, gradient)
  const corrections: Correction[] = []
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (gradient.every((part) => Math.abs(part) <= tolerance)) break
    const direction = descentDirection(gradient, corrections)
    const slope = dot(direction, gradient)
    const nextGradient = new Float64Array(at.length)
    // The first step has no curvature to go by, so it is as long as one unit at most.
    let size = corrections.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope))
    let next = moved(at, direction, size)
    let nextValue = objective(next, nextGradient)
    while (!(nextValue <= value + sufficientDecrease * size * slope)) {
      size /= 2
      if (size < 1e-12) return at
      next = moved(at, direction, size)
      nextValue = objective(next, nextGradient)
    }
    if (value - nextValue <= Number.EPSILON * Math.abs(value)) return next
    remember(corrections, next, at, nextGradient, gradient, memory)
    at = next
    gradient = nextGradient
    value = nextValue
    onProgress?.((iteration + 1) / (maxIterations + 1))
  }
  return at
}

/** −H⁻¹ × gradient by the two-loop recursion. */
function descentDirection(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((part) => -part)
  const weights = new Float64Array(corrections.length)
  for (let k = corrections.length - 1; k >= 0; k--) {
    const { step, change, curvature } = corrections[k]!
    weights[k] = dot(step, direction) / curvature
    addScaled(direction, change, -weights[k]!)
  }
  const newest = corrections.at(-1)
  if (newest) {
    const scale = newest.curvature / dot(newest.change, newest.change)
    for (let j = 0; j < direction.length; j++) direction[j]! *= scale
  }
  corrections.forEach(({ step, change, curvature }, k) => {
    addScaled(direction, step, weights[k]! - dot(change, direction) / curvature)
  })
  return direction
}

function remember(
  corrections: Correction[],
  next: Float64Array,
  at: Float64Array,
  nextGradient: Float64Array,
  gradient: Float64Array,
  memory: number,
): void {
  const step = next.map((part, j) => part - at[j]!)
  const change = nextGradient.map((part, j) => part - gradient[j]!)
  const curvature = dot(step, change)
  if (curvature <= 1e-14 * dot(change, change)) return
  corrections.push({ step, change, curvature })
  if (corrections.length > memory) corrections.shift()
}

function moved(at: Float64Array, direction: Float64Array, size: number): Float64Array {
  return at.map((part, j) => part + size * direction[j]!)
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += scale * source[j]!
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
