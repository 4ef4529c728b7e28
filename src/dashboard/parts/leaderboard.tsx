import { useState } from 'preact/hooks'
import type { Schemas } from '../api.ts'
import { Interval } from '../charts/interval.tsx'
import { percent, score, whole } from '../format.ts'
import { type Figure, type Judged, judgedOf } from '../judgements.ts'
import { Card, Scroll } from './card.tsx'

const columns: readonly (readonly [Figure, string])[] = [
  ['macro_f1', 'Macro-F1'],
  ['average_precision', 'AP of high'],
  ['roc_auc', 'ROC-AUC'],
  ['brier_skill', 'Brier skill'],
  ['log_loss', 'Log-loss'],
  ['lift_at_10', 'Lift at 10 %'],
]

/** The current model, what it was chosen from, and the baselines that it has to beat, each with its uncertainty. */
export function Leaderboard({ model }: { model: Schemas['ModelDetail'] }) {
  const [plotted, setPlotted] = useState<Figure>('average_precision')
  const judged = judgedOf(model)
  const { base_rate } = model.metrics
  return (
    <Card
      wide
      title="Leaderboard"
      note={`Data of ${model.window_from} to ${model.window_to}, ${whole(model.training_rows)} rows. Below each figure its 95 % interval over resampled protocols. A random order has an AP of ${percent(base_rate, 1)}; candidates are not calibrated yet.`}
      tools={
        <select
          aria-label="Show the intervals of which figure"
          value={plotted}
          onChange={(event) => setPlotted(event.currentTarget.value as Figure)}
        >
          {columns.map(([figure, name]) => (
            <option value={figure}>{name}</option>
          ))}
        </select>
      }
    >
      <Scroll label="Leaderboard">
        <table class="plain leaderboard">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">{columns.find(([figure]) => figure === plotted)?.[1]}, 95 %</th>
              {columns.map(([, name]) => (
                <th scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {judged.map((one) => (
              <Entry one={one} plotted={plotted} all={judged} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

interface EntryProps {
  readonly one: Judged
  readonly plotted: Figure
  readonly all: readonly Judged[]
}

const Entry = ({ one: { name, note, look, judgement }, plotted, all }: EntryProps) => (
  <tr class={look}>
    <th scope="row">
      {name} {look !== 'candidate' && <span class="badge weak">{look === 'chosen' ? 'current' : look}</span>}
      <p class="note">{note}</p>
    </th>
    <td>
      <Interval
        lower={judgement.intervals?.[plotted].lower ?? null}
        value={judgement[plotted] ?? null}
        upper={judgement.intervals?.[plotted].upper ?? null}
        span={spanOf(all, plotted)}
        reference={all.find((other) => other.look === 'baseline')?.judgement[plotted] ?? null}
      />
    </td>
    {columns.map(([figure]) => (
      <td class="number">
        {score(judgement[figure])}
        <p class="note">{bounds(judgement.intervals?.[figure])}</p>
      </td>
    ))}
  </tr>
)

function bounds(interval: { lower: number | null; upper: number | null } | undefined): string {
  if (!interval || interval.lower === null || interval.upper === null) return ' '
  return interval.lower === interval.upper ? ' ' : `${score(interval.lower)} to ${score(interval.upper)}`
}

function spanOf(all: readonly Judged[], figure: Figure): readonly [number, number] {
  const ends = all
    .flatMap(({ judgement }) => [
      judgement[figure],
      judgement.intervals?.[figure].lower,
      judgement.intervals?.[figure].upper,
    ])
    .filter((value) => value !== null && value !== undefined)
  return [Math.min(...ends), Math.max(...ends)]
}
