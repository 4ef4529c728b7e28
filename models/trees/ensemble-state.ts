import { ModelInputError } from '../errors.ts'
import { decodeNumbers, encodeNumbers } from './number-codec.ts'
import { leaf, type TreeEnsemble } from './tree-ensemble.ts'

/** A `TreeEnsemble` as plain JSON. Children follow from the breadth-first order, so they are not stored. */
export interface EnsembleState {
  readonly outputs: number
  /** i32, one more than trees. */
  readonly roots: string
  /** i16 per node. */
  readonly feature: string
  /** f32 per node. */
  readonly cover: string
  /** f64, u8 and f32 per inner node. */
  readonly threshold: string
  readonly missingLeft: string
  readonly gain: string
  /** f64, `outputs` per leaf. */
  readonly value: string
  /** Node and u32 set, for splits by categories. */
  readonly categories: readonly (readonly [number, string])[]
}

export function encodeEnsemble(ensemble: TreeEnsemble): EnsembleState {
  const { outputs, feature } = ensemble
  const nodes = [...feature.keys()]
  const inner = nodes.filter((node) => feature[node] !== leaf)
  const leaves = nodes.filter((node) => feature[node] === leaf)
  const values = new Float64Array(leaves.length * outputs)
  leaves.forEach((node, i) =>
    values.set(ensemble.value.subarray(node * outputs, (node + 1) * outputs), i * outputs),
  )
  return {
    outputs,
    roots: encodeNumbers(Int32Array.from(ensemble.roots)),
    feature: encodeNumbers(Int16Array.from(feature)),
    cover: encodeNumbers(ensemble.cover),
    threshold: encodeNumbers(Float64Array.from(inner, (node) => ensemble.threshold[node]!)),
    missingLeft: encodeNumbers(Uint8Array.from(inner, (node) => ensemble.missingLeft[node]!)),
    gain: encodeNumbers(Float32Array.from(inner, (node) => ensemble.gain[node]!)),
    value: encodeNumbers(values),
    categories: [...ensemble.categories].map(([node, set]) => [node, encodeNumbers(set)]),
  }
}

/**
 * @param columns of the rows the trees read
 * @param allowed how many numbers a leaf may hold
 * @throws ModelInputError on anything that `encodeEnsemble` cannot have written
 */
export function decodeEnsemble(state: unknown, columns: number, allowed: readonly number[]): TreeEnsemble {
  if (!isRecord(state)) throw new ModelInputError('Expected the trees of the artifact to be an object')
  const outputs = allowed.find((count) => count === state['outputs'])
  if (outputs === undefined)
    throw new ModelInputError(
      `Expected ${allowed.join(' or ')} numbers per leaf, got ${String(state['outputs'])}`,
    )
  const roots = decodeNumbers('i32', state['roots'], 'tree roots')
  if (roots.length < 2) throw new ModelInputError('Expected at least 1 tree in the artifact')
  const feature = Int32Array.from(decodeNumbers('i16', state['feature'], 'split features', roots.at(-1) ?? 0))
  const nodes = feature.length
  if (feature.some((f) => f < leaf || f >= columns))
    throw new ModelInputError(`Expected split features below ${columns}`)
  const inner = feature.reduce((count, f) => count + (f === leaf ? 0 : 1), 0)
  const packed = {
    threshold: decodeNumbers('f64', state['threshold'], 'thresholds', inner),
    missingLeft: decodeNumbers('u8', state['missingLeft'], 'missing directions', inner),
    gain: decodeNumbers('f32', state['gain'], 'gains', inner),
    value: decodeNumbers('f64', state['value'], 'leaf values', (nodes - inner) * outputs),
  }
  const cover = decodeNumbers('f32', state['cover'], 'covers', nodes)
  if (!packed.value.every(Number.isFinite) || !cover.every(Number.isFinite))
    throw new ModelInputError('Expected leaf values and covers to be finite')
  const ensemble = {
    outputs,
    roots,
    feature,
    cover,
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    gain: new Float32Array(nodes),
    value: new Float64Array(nodes * outputs),
    categories: decodeCategories(state['categories']),
  }
  unpack(ensemble, packed)
  linkChildren(roots, feature, ensemble.left)
  checkThresholds(ensemble)
  return ensemble
}

interface Packed {
  readonly threshold: Float64Array
  readonly missingLeft: Uint8Array
  readonly gain: Float32Array
  readonly value: Float64Array
}

function unpack(ensemble: TreeEnsemble, packed: Packed): void {
  const { outputs, feature } = ensemble
  let inner = 0
  let leaves = 0
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] === leaf) {
      ensemble.value.set(packed.value.subarray(leaves * outputs, (leaves + 1) * outputs), node * outputs)
      leaves++
    } else {
      ensemble.threshold[node] = packed.threshold[inner]!
      ensemble.missingLeft[node] = packed.missingLeft[inner]!
      ensemble.gain[node] = packed.gain[inner]!
      inner++
    }
  }
}

/** In breadth-first order the children of the next inner node are the next two nodes. */
function linkChildren(roots: Int32Array, feature: Int32Array, left: Int32Array): void {
  if (roots[0] !== 0) throw new ModelInputError('Expected the first tree to start at node 0')
  for (let tree = 0; tree + 1 < roots.length; tree++) {
    const end = roots[tree + 1]!
    let next = roots[tree]! + 1
    for (let node = roots[tree]!; node < end; node++) {
      if (node >= next) throw new ModelInputError(`Node ${node} of tree ${tree} has no parent`)
      if (feature[node] === leaf) continue
      left[node] = next
      next += 2
    }
    if (next !== end) throw new ModelInputError(`Expected tree ${tree} to end at node ${end}, got ${next}`)
  }
}

function decodeCategories(encoded: unknown): Map<number, Uint32Array> {
  if (!Array.isArray(encoded)) throw new ModelInputError('Expected the category sets to be a list')
  return new Map(
    encoded.map((entry: unknown) => {
      if (!Array.isArray(entry) || typeof entry[0] !== 'number')
        throw new ModelInputError('Expected each category set to be a node and a set')
      return [entry[0], decodeNumbers('u32', entry[1], 'category set')]
    }),
  )
}

function checkThresholds({ feature, threshold, categories }: TreeEnsemble): void {
  for (let node = 0; node < feature.length; node++)
    if (feature[node] !== leaf && Number.isNaN(threshold[node]) !== categories.has(node))
      throw new ModelInputError(`Expected either a threshold or a category set at node ${node}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
