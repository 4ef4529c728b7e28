import { createClassifier } from '../models/classifiers/catalogue.ts'
import { takeRows } from '../models/matrix.ts'
import { hand, openClassifierPeer } from './classifier-peer.ts'
import { drawClasses } from './drawn-data.ts'
import { alternate, figure, timed, type Figure } from './report.ts'

/** TreeSHAP of 500 rows through 300 trees beside xgboost's own, and of one row alone. */
export async function run(): Promise<Figure[]> {
  const { peer, hint } = await openClassifierPeer()
  try {
    const data = drawClasses(2000, 2000)
    const rows = drawClasses(500, 98)
    const model = createClassifier('xgboost', { n_estimators: 100, eta: 0.1 }).fit(data, { seed: 1 })
    const one = takeRows(rows.x, [0])
    const alone = await alternate({ one: () => timed(() => model.explain(one)) }, 50)
    const single = figure({ name: 'explain one row, 300 trees', value: alone.one, unit: 'ms', goal: '<= 1' })
    const name = 'TreeSHAP 500 rows x 300 trees'
    const unit = 'ratio to xgboost pred_contribs, 1 thread'
    const goal = '<= 1.0'
    if (!peer) return [figure({ name, value: null, unit, goal, hint }), single]
    await hand(peer, 'data', data)
    await hand(peer, 'rows', rows)
    await peer.ask({ op: 'xgboost', train: 'data' })
    const ms = await alternate({
      ours: () => timed(() => model.explain(rows.x)),
      peer: () => peer.time({ op: 'contributions', train: 'data', rows: 'rows' }),
    })
    const detail = `${ms.ours.toFixed(0)} ms, xgboost ${ms.peer.toFixed(0)} ms`
    return [figure({ name, value: ms.ours / ms.peer, unit, goal, detail }), single]
  } finally {
    await peer?.[Symbol.asyncDispose]()
  }
}
