import type { Schemas } from './api.ts'
import { algorithmName } from './names.ts'

export type Judgement = Schemas['RiskJudgement']
export type Figure = keyof Judgement['intervals']
type ModelDetail = Schemas['ModelDetail']

export interface Judged {
  readonly name: string
  /** What it was made from, where that says more than the name. */
  readonly note: string
  readonly look: 'chosen' | 'candidate' | 'baseline'
  readonly judgement: Partial<Judgement>
}

/**
 * The model first, then the best candidate of each algorithm that it was chosen from, then the two baselines. The list of
 * candidates comes best first, so the first of an algorithm is its best.
 */
export function judgedOf({ algorithm, engine, version, metrics }: ModelDetail): Judged[] {
  const best = new Map<string, Judged>()
  for (const one of metrics.leaderboard ?? [])
    if (!best.has(one.algorithm))
      best.set(one.algorithm, {
        name: algorithmName(one.algorithm),
        note: one.candidate,
        look: 'candidate',
        judgement: one,
      })
  const { majority, volatility } = metrics.baselines ?? {}
  const baselines = [
    ['Volatility alone', '30-day volatility, nothing else', volatility],
    ['Most frequent level', 'the same answer for all', majority],
  ] as const
  return [
    {
      name: `${algorithmName(algorithm)} v${version}`,
      note: `${engine} engine, calibrated, walk-forward by month`,
      look: 'chosen',
      judgement: metrics,
    },
    ...best.values(),
    ...baselines.flatMap(([name, note, judgement]) =>
      judgement ? [{ name, note, look: 'baseline' as const, judgement }] : [],
    ),
  ]
}
