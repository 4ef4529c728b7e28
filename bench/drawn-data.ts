import type { TrainingSet } from '../models/classifiers/classifier.ts'
import { matrix } from '../models/matrix.ts'

/** Numerical Recipes' linear congruential generator: trivial to repeat in any language. */
export function linearCongruential(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

export const drawnColumns = 17

/**
 * A 3-class problem of 17 single-precision columns; test/goldens/classifiers/drawn_data.py draws the same numbers.
 * Only the first seven columns matter, with an interaction, a threshold and a bend; about a fifth of the labels is noise.
 */
export function drawClasses(rows: number, seed: number): TrainingSet {
  const next = linearCongruential(seed)
  const bell = (): number => next() + next() + next() + next() - 2
  const x = matrix(rows, drawnColumns)
  const y = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const at = i * drawnColumns
    for (let f = 0; f < drawnColumns; f++) x.data[at + f] = Math.fround(bell())
    const [a, b, c, d, e, f, g] = x.data.subarray(at, at + 7) as unknown as number[]
    const score = a! + 2 * b! * c! + (d! > 0.25 ? 0.75 : 0) + e! * e! + 0.5 * f! - 0.25 * g! + 0.75 * bell()
    y[i] = score < 0 ? 0 : score < 1 ? 1 : 2
  }
  const features = Array.from({ length: drawnColumns }, (_, f) => ({
    name: `f${f}`,
    kind: 'numeric' as const,
  }))
  return { x, y, classes: 3, features }
}
