import { createClassifier } from '../models/classifiers/catalogue.ts'
import type { ClassifierAlgorithm, Params, TrainingSet } from '../models/classifiers/classifier.ts'
import type { Matrix } from '../models/matrix.ts'
import { hand, openClassifierPeer } from './classifier-peer.ts'
import { drawClasses } from './drawn-data.ts'
import type { Peer } from './peer.ts'
import { alternate, figure, timed, type Figure } from './report.ts'

const boosted = {
  xgboost: { n_estimators: 100, eta: 0.1, max_depth: 6, max_bin: 256 },
  lightgbm: { num_iterations: 100, learning_rate: 0.1, num_leaves: 31, max_bin: 256 },
} as const

const boostedGoals = { 500: '<= 0.5', 2000: '<= 0.6', 10000: '<= 0.9', 100000: '<= 1.0' } as const
const forestGoals = { 2000: '<= 0.5', 10000: '<= 0.5' } as const

/** Fits beside xgboost's hist and scikit-learn's forest: 3 classes, 17 columns, one thread each. */
export async function run(): Promise<Figure[]> {
  const { peer, hint } = await openClassifierPeer()
  try {
    const figures: Figure[] = []
    const fresh = drawClasses(5000, 99)
    if (peer) await hand(peer, 'fresh', fresh)
    for (const [rows, goal] of Object.entries(boostedGoals)) {
      const data = drawClasses(Number(rows), Number(rows))
      if (peer) await hand(peer, rows, data)
      figures.push(...(await measureBoosted(peer, hint, rows, goal, data, fresh)))
    }
    for (const [rows, goal] of Object.entries(forestGoals))
      figures.push(await measureForest(peer, hint, rows, goal, drawClasses(Number(rows), Number(rows))))
    return figures
  } finally {
    await peer?.[Symbol.asyncDispose]()
  }
}

async function measureBoosted(
  peer: Peer | null,
  hint: string | undefined,
  rows: string,
  goal: string,
  data: TrainingSet,
  fresh: TrainingSet,
): Promise<Figure[]> {
  const names = ['xgboost', 'lightgbm'] as const
  const losses = Object.fromEntries(
    names.map((name) => [name, logLoss(fitted(name, boosted[name], data, fresh.x), fresh.y)]),
  )
  const unit = 'ratio to xgboost hist, 1 thread'
  if (!peer)
    return names.map((name) => figure({ name: `fit ${name} ${rows}x17`, value: null, unit, goal, hint }))
  const theirs = Number((await peer.ask({ op: 'xgboost', train: rows, test: 'fresh' }))['log_loss'])
  const ms = await alternate({
    xgboost: () => timed(() => createClassifier('xgboost', boosted.xgboost).fit(data, { seed: 1 })),
    lightgbm: () => timed(() => createClassifier('lightgbm', boosted.lightgbm).fit(data, { seed: 1 })),
    peer: () => peer.time({ op: 'xgboost', train: rows }),
  })
  return names.flatMap((name) => [
    figure({
      name: `fit ${name} ${rows}x17`,
      value: ms[name] / ms.peer,
      unit,
      goal,
      detail: `${ms[name].toFixed(0)} ms, xgboost ${ms.peer.toFixed(0)} ms`,
    }),
    figure({
      name: `log-loss ${name} ${rows}x17`,
      value: losses[name]! / theirs,
      unit: 'ratio to xgboost hist',
      goal: '<= 1.01',
      detail: `${losses[name]!.toFixed(4)}, xgboost ${theirs.toFixed(4)}`,
    }),
  ])
}

async function measureForest(
  peer: Peer | null,
  hint: string | undefined,
  rows: string,
  goal: string,
  data: TrainingSet,
): Promise<Figure> {
  const name = `fit random-forest ${rows}x17`
  const unit = 'ratio to scikit-learn, 1 thread'
  if (!peer) return figure({ name, value: null, unit, goal, hint })
  const ms = await alternate({
    ours: () => timed(() => createClassifier('random-forest').fit(data, { seed: 1 })),
    peer: () => peer.time({ op: 'forest', train: rows }),
  })
  const detail = `${ms.ours.toFixed(0)} ms, scikit-learn ${ms.peer.toFixed(0)} ms`
  return figure({ name, value: ms.ours / ms.peer, unit, goal, detail })
}

function fitted(algorithm: ClassifierAlgorithm, params: Params, data: TrainingSet, x: Matrix): Matrix {
  return createClassifier(algorithm, params).fit(data, { seed: 1 }).predictProbability(x)
}

function logLoss(p: Matrix, y: Int32Array): number {
  let loss = 0
  for (let i = 0; i < p.rows; i++) loss -= Math.log(p.data[i * p.columns + y[i]!]!)
  return loss / p.rows
}
