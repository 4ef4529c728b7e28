export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * Gauss–Legendre quadrature on [0, 1]: `points` nodes integrate polynomials up to degree `2 × points − 1` exactly.
 * Newton's method on the Legendre recurrence (Abramowitz and Stegun, 25.4.29).
 */
export function gaussLegendre(points: number): Quadrature {
  const nodes = new Float64Array(points)
  const weights = new Float64Array(points)
  for (let i = 0; i < points; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5))
    let slope = 1
    for (let step = 0; step < 100; step++) {
      let value = 1
      let previous = 0
      for (let n = 1; n <= points; n++) {
        const next = ((2 * n - 1) * x * value - (n - 1) * previous) / n
        previous = value
        value = next
      }
      slope = (points * (x * value - previous)) / (x * x - 1)
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    nodes[i] = (1 - x) / 2
    weights[i] = 1 / ((1 - x * x) * slope * slope)
  }
  return { nodes, weights }
}
