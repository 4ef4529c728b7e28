import { Piscina } from 'piscina'
import type { ClassifierAlgorithm } from '../models/classifiers/classifier.ts'
import { candidatesOf } from '../src/training/candidates.ts'
import { openPeer, type PeerOrHint } from './peer.ts'
import { alternate, figure, median, timed, type Figure } from './report.ts'
import type { GridTask, meanMacroF1 } from './training/grid-task.ts'
import { measureLargeTraining } from './training/large-market.ts'

const rows = 500
const seed = 7
/** Besides one to warm up: the Python grid takes a minute, and several on a busy machine. */
const runs = 1
const compared = ['random-forest', 'xgboost'] as const
const all = ['random-forest', 'xgboost', 'lightgbm', 'catboost'] as const
const peerSource = {
  script: 'training.py',
  modules: ['sklearn', 'xgboost', 'imblearn'],
  packages: ['python3-sklearn', 'python3-xgboost', 'python3-imblearn'],
}

/** The grids of the default candidates, 9 configurations × 5 folds with SMOTE, on two threads; and a whole market's memory. */
export async function run(): Promise<Figure[]> {
  await using opened = await openedPeer()
  const pool = new Piscina({
    filename: new URL('training/grid-task.js', import.meta.url).href,
    minThreads: 2,
    maxThreads: 2,
  })
  try {
    return [await againstPython(pool, opened), await allFour(pool), ...(await measureLargeTraining())]
  } finally {
    await pool.destroy()
  }
}

async function openedPeer(): Promise<PeerOrHint & AsyncDisposable> {
  const opened = await openPeer(peerSource)
  return { ...opened, [Symbol.asyncDispose]: async () => opened.peer?.[Symbol.asyncDispose]() }
}

async function againstPython(pool: Piscina, { peer, hint }: PeerOrHint): Promise<Figure> {
  const name = `grid of ${compared.join(' and ')}, 9 configurations × 5 folds, SMOTE, ${rows} × 17`
  const unit = 'ratio to Python, n_jobs=2'
  if (!peer) return figure({ name, value: null, unit, goal: '<= 0.4', hint })
  let best: readonly number[] = []
  const { ours, python } = await alternate(
    {
      ours: () => timed(() => gridScores(pool, compared)),
      python: async () => {
        const answer = await peer.ask({ rows, seed, algorithms: compared })
        best = answer['best'] as number[]
        return Number(answer['ms'])
      },
    },
    runs,
  )
  const scores = await gridScores(pool, compared)
  const own = compared.map((_, k) => Math.max(...scores.slice(9 * k, 9 * k + 9)).toFixed(3))
  const theirs = best.map((score) => score.toFixed(3))
  return figure({
    name,
    value: ours / python,
    unit,
    goal: '<= 0.4',
    detail: `${inSeconds(ours)} against ${inSeconds(python)}; best macro-F1 ${own.join(', ')} against ${theirs.join(', ')}`,
  })
}

async function allFour(pool: Piscina): Promise<Figure> {
  const times: number[] = []
  for (let i = 0; i <= runs; i++) times.push(await timed(() => gridScores(pool, all)))
  return figure({
    name: `grids of all four, 9 configurations × 5 folds each, SMOTE, ${rows} × 17`,
    value: median(times) / 1000,
    unit: 's',
    goal: '<= 12',
  })
}

/** In the order of the algorithms, nine each. */
function gridScores(pool: Piscina, algorithms: readonly ClassifierAlgorithm[]): Promise<number[]> {
  const tasks = algorithms.flatMap((algorithm) =>
    candidatesOf(algorithm, { views: ['raw'], balances: ['smote'] }).map(({ config }): GridTask => ({
      algorithm,
      params: config.params,
      rows,
      seed,
    })),
  )
  return Promise.all(
    tasks.map((task) => pool.run(task, { name: 'meanMacroF1' }) as Promise<ReturnType<typeof meanMacroF1>>),
  )
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
