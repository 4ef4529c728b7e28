import { ModelInputError } from '../errors.ts'
import { treeImportance } from '../explain/importance.ts'
import { TreeShap } from '../explain/tree-shap.ts'
import { expectColumns, matrix, type Matrix } from '../matrix.ts'
import { decodeEnsemble, encodeEnsemble } from '../trees/ensemble-state.ts'
import { addTree, treeCount, type TreeEnsemble } from '../trees/tree-ensemble.ts'
import type { ClassifierArtifact, Explanation, FittedClassifier } from './classifier.ts'
import { decodeKnown, encodeKnown, forgetUnknown, type KnownCategories } from './known-categories.ts'
import { turnIntoProbabilities, type Link } from './link.ts'
import { expectFinite } from './training-set.ts'

/** What a fit of any tree algorithm leaves behind. */
export interface TreeModel {
  readonly link: Link
  /** One start per margin: `classes` of them, 1 for the logistic link, none for shares. */
  readonly base: readonly number[]
  readonly ensemble: TreeEnsemble
  readonly known: KnownCategories
  /** What else the algorithm has to report, such as out-of-bag figures or the best round. Plain JSON. */
  readonly report: Readonly<Record<string, number>>
}

type Identity = Pick<FittedClassifier, 'algorithm' | 'engine' | 'params' | 'classes' | 'features'>

export interface FittedTreeClassifier extends FittedClassifier {
  readonly ensemble: TreeEnsemble
  readonly report: Readonly<Record<string, number>>
}

/** A trained tree ensemble behind the interface that all classifiers share. */
export function fittedTrees(identity: Identity, model: TreeModel): FittedTreeClassifier {
  const { classes, features } = identity
  const { ensemble, link, base, known, report } = model
  const columns = features.length
  let shap: TreeShap | undefined

  const readable = (x: Matrix): Matrix => {
    expectColumns(x, columns)
    expectFinite(x, features)
    return forgetUnknown(x, known)
  }
  const raw = (x: Matrix): Matrix => rawOutput(ensemble, link, base, classes, x)

  return {
    ...identity,
    ensemble,
    report,
    predictProbability(x) {
      const out = raw(readable(x))
      turnIntoProbabilities(out, link)
      return out
    },
    explain(x) {
      const rows = readable(x)
      shap ??= new TreeShap(ensemble, columns)
      return explainTrees(ensemble, shap, link, base, classes, rows, raw(rows))
    },
    importance: (kind) => treeImportance(ensemble, columns, kind),
    toJSON: () => ({
      kind: 'classifier',
      ...identity,
      state: { link, base, known: encodeKnown(known), report, trees: encodeEnsemble(ensemble) },
    }),
  }
}

/** @throws ModelInputError on a state that `toJSON` cannot have written. */
export function loadTrees(artifact: ClassifierArtifact): FittedTreeClassifier {
  const { algorithm, engine, params, classes, features } = artifact
  const state = artifact.state as Readonly<Record<string, unknown>> | null
  if (typeof state !== 'object' || state === null)
    throw new ModelInputError(`Expected the state of ${algorithm} to be an object`)
  const link = state['link']
  if (link !== 'softmax' && link !== 'logistic' && link !== 'share')
    throw new ModelInputError(`Expected a link softmax, logistic or share, got ${String(link)}`)
  const base: unknown = state['base']
  const margins = link === 'share' ? 0 : link === 'logistic' ? 1 : classes
  if (!Array.isArray(base) || base.length !== margins || !base.every(Number.isFinite))
    throw new ModelInputError(`Expected ${margins} finite base margins`)
  const outputs = link === 'share' ? [classes] : link === 'logistic' ? [1] : [1, classes]
  const model: TreeModel = {
    link,
    base: base as number[],
    ensemble: decodeEnsemble(state['trees'], features.length, outputs),
    known: decodeKnown(state['known'], features),
    report: (state['report'] ?? {}) as Record<string, number>,
  }
  return fittedTrees({ algorithm, engine, params, classes, features }, model)
}

/** `rows × classes`: mean shares of a forest, or raw margins; of the logistic link −margin for class 0 and margin for class 1. */
function rawOutput(
  ensemble: TreeEnsemble,
  link: Link,
  base: readonly number[],
  classes: number,
  x: Matrix,
): Matrix {
  const out = matrix(x.rows, classes)
  for (let i = 0; i < x.rows; i++)
    base.forEach((start, k) => (out.data[i * classes + classOfMargin(link, k)] = start))
  const trees = treeCount(ensemble)
  for (let tree = 0; tree < trees; tree++)
    addTree(ensemble, tree, x, out.data, classes, firstClass(ensemble, link, base, tree))
  if (link === 'share') for (let i = 0; i < out.data.length; i++) out.data[i]! /= trees
  if (link === 'logistic') for (let i = 0; i < x.rows; i++) out.data[i * 2] = -out.data[i * 2 + 1]!
  return out
}

function classOfMargin(link: Link, margin: number): number {
  return link === 'logistic' ? 1 : margin
}

/** Trees of one output take turns: tree t speaks for margin t modulo margins. */
function firstClass(ensemble: TreeEnsemble, link: Link, base: readonly number[], tree: number): number {
  if (link === 'logistic') return 1
  return ensemble.outputs > 1 ? 0 : tree % base.length
}

function explainTrees(
  ensemble: TreeEnsemble,
  shap: TreeShap,
  link: Link,
  base: readonly number[],
  classes: number,
  x: Matrix,
  output: Matrix,
): Explanation {
  const columns = x.columns
  const trees = treeCount(ensemble)
  const values = new Float64Array(x.rows * classes * columns)
  const expected = new Float64Array(classes)
  base.forEach((start, k) => (expected[classOfMargin(link, k)] = start))
  for (let tree = 0; tree < trees; tree++) {
    const first = firstClass(ensemble, link, base, tree)
    const scale = link === 'share' ? 1 / trees : 1
    for (let k = 0; k < ensemble.outputs; k++) expected[first + k]! += scale * shap.expected(tree, k)
    for (let i = 0; i < x.rows; i++) shap.addTree(tree, x, i, values, (i * classes + first) * columns)
  }
  if (link === 'share') for (let i = 0; i < values.length; i++) values[i]! /= trees
  if (link === 'logistic') {
    expected[0] = -expected[1]!
    for (let i = 0; i < x.rows; i++)
      for (let f = 0; f < columns; f++) values[i * 2 * columns + f] = -values[(i * 2 + 1) * columns + f]!
  }
  const outputSpace = link === 'share' ? 'probability' : 'raw_margin'
  return { outputSpace, base: expected, values, output }
}
