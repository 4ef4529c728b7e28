import { type Matrix, matrix } from '../matrix.ts'
import { createActivations, forward, type Layer, type Network } from '../neural/network.ts'
import { type TensorFlow, trainOnTensorFlow } from '../neural/tensorflow.ts'
import { trainAutoencoder } from '../neural/train-autoencoder.ts'
import { createRandom } from '../random.ts'
import { type AsyncEngine, defineDetector, type DetectorCore, type FittedCore } from './definition.ts'
import { packFloats, type PackedNumbers, unpackFloats } from './packed-array.ts'

interface AutoencoderParams {
  /** Widths of the hidden layers, "8-3-8"; `auto` is half, a fifth and half of the columns. */
  readonly hidden: string
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
}

interface AutoencoderState {
  readonly layers: readonly {
    readonly inputs: number
    readonly outputs: number
    readonly weights: PackedNumbers
    readonly biases: PackedNumbers
  }[]
}

/**
 * A bottleneck network that learns to reproduce normal rows (Hawkins et al. 2002); the score is the mean squared
 * error of the reproduction, and contributions, each feature's part of it, add up to the score.
 */
export const autoencoder = defineDetector<AutoencoderParams, AutoencoderState>({
  algorithm: 'autoencoder',
  parameters: {
    hidden: { default: 'auto', words: ['auto'], pattern: /^[1-9]\d{0,3}(-[1-9]\d{0,3})*$/ },
    epochs: { default: 100, range: [1, 100_000], whole: true },
    batchSize: { default: 32, range: [1, 1_000_000], whole: true },
    learningRate: { default: 1e-3, range: [1e-9, 1] },
  },
  fit(x, params, { seed, onProgress }) {
    return fittedCore(
      x,
      trainAutoencoder(x, sizesFor(x, params), { ...params, onProgress }, createRandom(seed)),
    )
  },
  load: ({ layers }) =>
    coreOf(
      layers.map(({ inputs, outputs, weights, biases }): Layer => ({
        inputs,
        outputs,
        weights: unpackFloats(weights),
        biases: unpackFloats(biases),
      })),
    ),
})

/** Trains on TensorFlow.js, scores as the native engine does: the artifact needs no TensorFlow. */
export function tensorFlowEngine(
  load: () => Promise<TensorFlow>,
): AsyncEngine<AutoencoderParams, AutoencoderState> {
  return {
    name: 'tfjs',
    async fit(x, params, { seed, onProgress }) {
      const options = { ...params, onProgress }
      return fittedCore(
        x,
        await trainOnTensorFlow(await load(), x, sizesFor(x, params), options, createRandom(seed)),
      )
    },
  }
}

function fittedCore(x: Matrix, network: Network): FittedCore<AutoencoderState> {
  const core = coreOf(network)
  return { core, trainingScores: core.score(x) }
}

function coreOf(network: Network): DetectorCore<AutoencoderState> {
  return {
    score: (x) => walkRows(network, x, null),
    explain(x) {
      const contributions = matrix(x.rows, x.columns)
      return { scores: walkRows(network, x, contributions), contributions }
    },
    toState: () => ({
      layers: network.map(({ inputs, outputs, weights, biases }) => ({
        inputs,
        outputs,
        weights: packFloats(weights),
        biases: packFloats(biases),
      })),
    }),
  }
}

/** Scores of all rows; `parts`, where given, collects each feature's part of them. */
function walkRows(network: Network, x: Matrix, parts: Matrix | null): Float64Array {
  const activations = createActivations(network)
  const input = activations[0]!
  const scores = new Float64Array(x.rows)
  for (let i = 0; i < x.rows; i++) {
    const offset = i * x.columns
    for (let k = 0; k < x.columns; k++) input[k] = x.data[offset + k]!
    const output = forward(network, activations)
    for (let k = 0; k < x.columns; k++) {
      const part = (output[k]! - input[k]!) ** 2 / x.columns
      scores[i]! += part
      if (parts !== null) parts.data[offset + k] = part
    }
  }
  return scores
}

function sizesFor({ columns }: Matrix, { hidden }: AutoencoderParams): number[] {
  const half = Math.ceil(columns / 2)
  const widths = hidden === 'auto' ? [half, Math.ceil(columns / 5), half] : hidden.split('-').map(Number)
  return [columns, ...widths, columns]
}
