import type { Random } from '../random.ts'

/** One fully connected layer; `weights` is `outputs × inputs`. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float64Array
  readonly biases: Float64Array
}

/** ReLU between the layers, identity after the last. */
export type Network = readonly Layer[]

/** Weights and biases uniform within ± √(6 / (inputs + outputs)) (Glorot and Bengio 2010). @param sizes from input to output */
export function createNetwork(sizes: readonly number[], random: Random): Network {
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l]!
    const bound = Math.sqrt(6 / (inputs + outputs))
    const draw = (): number => (2 * random.next() - 1) * bound
    return {
      inputs,
      outputs,
      weights: Float64Array.from({ length: inputs * outputs }, draw),
      biases: Float64Array.from({ length: outputs }, draw),
    }
  })
}

/** Room for the values of every layer, the input first. */
export function createActivations(network: Network): Float64Array[] {
  return [new Float64Array(network[0]!.inputs), ...network.map(({ outputs }) => new Float64Array(outputs))]
}

/** Fills `activations[1…]` from `activations[0]` and returns the last. */
export function forward(network: Network, activations: readonly Float64Array[]): Float64Array {
  for (let l = 0; l < network.length; l++) {
    const { inputs, outputs, weights, biases } = network[l]!
    const from = activations[l]!
    const to = activations[l + 1]!
    const linear = l === network.length - 1
    for (let o = 0, at = 0; o < outputs; o++) {
      let sum = biases[o]!
      for (let i = 0; i < inputs; i++, at++) sum += weights[at]! * from[i]!
      to[o] = linear || sum > 0 ? sum : 0
    }
  }
  return activations[network.length]!
}
