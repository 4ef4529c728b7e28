import { figure, percent, words } from '../format.ts'
import type { Figures, Model } from '../shapes.ts'
import { Card, Scroll } from './card.tsx'

const columns: readonly (readonly [keyof Figures, string])[] = [
  ['macroF1', 'macro-F1'],
  ['averagePrecision', 'AP of high'],
  ['rocAuc', 'ROC-AUC'],
  ['brier', 'Brier'],
  ['logLoss', 'log-loss'],
  ['liftAt10', 'lift at 10 %'],
]

interface Entry {
  readonly name: string
  readonly kind: 'chosen' | 'candidate' | 'baseline'
  readonly figures: Partial<Figures>
}

/** The best candidate of each algorithm of the newest training, between the model that came of it and the two baselines. */
export function Leaderboard({ model }: { model: Model }) {
  return (
    <Card
      wide
      title="Leaderboard"
      note={`Walk-forward folds, ${model.window_from} to ${model.window_to}, ${model.training_rows} rows; a random order has an AP of ${percent(model.metrics.baseRate, 1)}`}
    >
      <Scroll label="Leaderboard">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Model</th>
              {columns.map(([, name]) => (
                <th scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entriesOf(model).map(({ name, kind, figures }) => (
              <tr class={kind}>
                <th scope="row">
                  {name}{' '}
                  {kind !== 'candidate' && (
                    <span class="badge weak">{kind === 'chosen' ? 'current' : kind}</span>
                  )}
                </th>
                {columns.map(([column]) => (
                  <td class="number">{figure(figures[column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

function entriesOf({ algorithm, engine, version, metrics }: Model): Entry[] {
  const best = new Map<string, Entry>()
  // The list comes best first, so the first of an algorithm is its best.
  for (const one of metrics.leaderboard ?? [])
    if (!best.has(one.algorithm))
      best.set(one.algorithm, { name: words(one.algorithm), kind: 'candidate', figures: one.figures })
  const { majority, volatility } = metrics.baselines ?? {}
  return [
    {
      name: `${words(algorithm)} (${engine} engine), v${version}, calibrated`,
      kind: 'chosen',
      figures: metrics,
    },
    ...best.values(),
    ...(volatility ? [{ name: 'Volatility alone', kind: 'baseline' as const, figures: volatility }] : []),
    ...(majority ? [{ name: 'Most frequent level', kind: 'baseline' as const, figures: majority }] : []),
  ]
}
