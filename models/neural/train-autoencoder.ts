import type { Matrix } from '../matrix.ts'
import { type Random, shuffle } from '../random.ts'
import { createAdam } from './adam.ts'
import { createActivations, createNetwork, forward, type Network } from './network.ts'

export interface TrainingOptions {
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly onProgress?: ((fraction: number) => void) | undefined
}

/**
 * Teaches a network to reproduce its input: Adam on half the squared error, mini-batches in a new order each epoch.
 * @param x `n × sizes[0]` without NaN @param sizes from input to output, both the same
 */
export function trainAutoencoder(
  x: Matrix,
  sizes: readonly number[],
  { epochs, batchSize, learningRate, onProgress }: TrainingOptions,
  random: Random,
): Network {
  const network = createNetwork(sizes, random)
  const pass = createBackwardPass(network)
  const steps = network.flatMap(({ weights, biases }, l) => [
    createAdam(weights, pass.weightGradients[l]!, learningRate),
    createAdam(biases, pass.biasGradients[l]!, learningRate),
  ])
  const order = Int32Array.from({ length: x.rows }, (_, i) => i)
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    for (let start = 0; start < x.rows; start += batchSize) {
      const end = Math.min(start + batchSize, x.rows)
      for (let i = start; i < end; i++) pass.add(x.data, order[i]! * x.columns)
      for (const adam of steps) adam.step(1 / (end - start))
    }
    onProgress?.((epoch + 1) / epochs)
  }
  return network
}

interface BackwardPass {
  readonly weightGradients: readonly Float64Array[]
  readonly biasGradients: readonly Float64Array[]
  /** Adds the gradients of the row that starts at `offset`. */
  add(data: Float64Array, offset: number): void
}

function createBackwardPass(network: Network): BackwardPass {
  const activations = createActivations(network)
  const errors = activations.map((values) => new Float64Array(values.length))
  const weightGradients = network.map(({ weights }) => new Float64Array(weights.length))
  const biasGradients = network.map(({ biases }) => new Float64Array(biases.length))
  const input = activations[0]!
  const outputError = errors[network.length]!

  const backThrough = (l: number): void => {
    const { inputs, outputs, weights } = network[l]!
    const values = activations[l]!
    const error = errors[l]!
    const errorAbove = errors[l + 1]!
    const gradient = weightGradients[l]!
    const biasGradient = biasGradients[l]!
    error.fill(0)
    for (let o = 0; o < outputs; o++) {
      const slope = errorAbove[o]!
      // A unit that ReLU switched off passes nothing back.
      if (slope === 0) continue
      biasGradient[o]! += slope
      for (let i = 0, at = o * inputs; i < inputs; i++, at++) {
        gradient[at]! += slope * values[i]!
        error[i]! += slope * weights[at]!
      }
    }
    for (let i = 0; i < inputs; i++) if (values[i]! <= 0) error[i] = 0
  }

  return {
    weightGradients,
    biasGradients,
    add(data, offset) {
      for (let k = 0; k < input.length; k++) input[k] = data[offset + k]!
      const output = forward(network, activations)
      for (let k = 0; k < output.length; k++) outputError[k] = output[k]! - input[k]!
      for (let l = network.length - 1; l >= 0; l--) backThrough(l)
    },
  }
}
