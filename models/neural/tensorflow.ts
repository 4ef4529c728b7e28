import type { Matrix } from '../matrix.ts'
import { type Random, shuffle } from '../random.ts'
import type { Layer, Network } from './network.ts'
import type { TrainingOptions } from './train-autoencoder.ts'

/** The part of TensorFlow.js that is used here; `@tensorflow/tfjs-node` has it, and so has every other edition. */
export interface TensorFlow {
  readonly train: { adam(learningRate: number): unknown }
  readonly layers: { dense(config: object): unknown }
  readonly initializers: { glorotUniform(config: { seed: number }): unknown }
  sequential(config: { layers: unknown[] }): TensorFlowModel
  tensor2d(values: Float32Array, shape: [number, number]): TensorFlowTensor
}

export interface TensorFlowTensor {
  data(): Promise<ArrayLike<number>>
  dispose(): void
}

export interface TensorFlowModel {
  compile(config: object): void
  fit(x: TensorFlowTensor, y: TensorFlowTensor, config: object): Promise<unknown>
  getWeights(): TensorFlowTensor[]
  dispose(): unknown
}

/**
 * As `trainAutoencoder`, on TensorFlow.js; the network comes back in this project's own form. Rows are shuffled once, by
 * the seed: TensorFlow.js itself shuffles without one.
 */
export async function trainOnTensorFlow(
  tf: TensorFlow,
  x: Matrix,
  sizes: readonly number[],
  { epochs, batchSize, learningRate, onProgress }: TrainingOptions,
  random: Random,
): Promise<Network> {
  const last = sizes.length - 2
  const model = tf.sequential({
    layers: sizes.slice(1).map((units, l) =>
      tf.layers.dense({
        units,
        activation: l === last ? 'linear' : 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: random.below(2 ** 31) }),
        ...(l === 0 && { inputShape: [sizes[0]] }),
      }),
    ),
  })
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'meanSquaredError' })
  const rows = tf.tensor2d(shuffledRows(x, random), [x.rows, x.columns])
  try {
    const onEpochEnd = (epoch: number): void => onProgress?.((epoch + 1) / epochs)
    await model.fit(rows, rows, { epochs, batchSize, shuffle: false, verbose: 0, callbacks: { onEpochEnd } })
    const weights = await Promise.all(model.getWeights().map((tensor) => tensor.data()))
    return sizes
      .slice(1)
      .map((outputs, l) => layerOf(sizes[l]!, outputs, weights[2 * l]!, weights[2 * l + 1]!))
  } finally {
    rows.dispose()
    model.dispose()
  }
}

function shuffledRows(x: Matrix, random: Random): Float32Array {
  const order = shuffle(
    Int32Array.from({ length: x.rows }, (_, i) => i),
    random,
  )
  const rows = new Float32Array(x.data.length)
  order.forEach((from, to) =>
    rows.set(x.data.subarray(from * x.columns, (from + 1) * x.columns), to * x.columns),
  )
  return rows
}

/** TensorFlow.js keeps a kernel as `inputs × outputs`. */
function layerOf(inputs: number, outputs: number, kernel: ArrayLike<number>, bias: ArrayLike<number>): Layer {
  const weights = new Float64Array(inputs * outputs)
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) weights[o * inputs + i] = kernel[i * outputs + o]!
  return { inputs, outputs, weights, biases: Float64Array.from(bias) }
}
