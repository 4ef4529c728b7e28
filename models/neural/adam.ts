export interface Adam {
  /** One step against `gradient × scale`; the gradient is cleared for the next batch. */
  step(scale: number): void
}

const decay1 = 0.9
const decay2 = 0.999
const epsilon = 1e-8

/** Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015. `values` are changed in place. */
export function createAdam(values: Float64Array, gradient: Float64Array, learningRate: number): Adam {
  const mean = new Float64Array(values.length)
  const square = new Float64Array(values.length)
  let power1 = 1
  let power2 = 1
  return {
    step(scale) {
      power1 *= decay1
      power2 *= decay2
      const rate = (learningRate * Math.sqrt(1 - power2)) / (1 - power1)
      for (let i = 0; i < values.length; i++) {
        const slope = gradient[i]! * scale
        const m = (mean[i] = decay1 * mean[i]! + (1 - decay1) * slope)
        const v = (square[i] = decay2 * square[i]! + (1 - decay2) * slope * slope)
        values[i]! -= (rate * m) / (Math.sqrt(v) + epsilon)
        gradient[i] = 0
      }
    },
  }
}
