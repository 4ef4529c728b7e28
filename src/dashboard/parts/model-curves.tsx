import type { Schemas } from '../api.ts'
import { roundedUp, XyChart, type XySeries } from '../charts/xy-chart.tsx'
import { percent, whole } from '../format.ts'
import { type Judged, judgedOf } from '../judgements.ts'
import { Card } from './card.tsx'
import { Empty } from './states.tsx'

/** How precise the model is at every recall, and whether its probabilities come true. */
export function ModelCurves({ model }: { model: Schemas['ModelDetail'] }) {
  const judged = judgedOf(model).filter(({ judgement }) => (judgement.precision_recall ?? []).length > 1)
  return (
    <Card wide title="Curves of class high" note="On rows that no model had seen, walk-forward">
      {judged.length === 0 ? (
        <Empty>This model was trained before curves were kept, or nothing high came true.</Empty>
      ) : (
        <div class="curves">
          <PrecisionRecall judged={judged} baseRate={model.metrics.base_rate ?? 0} />
          <Reliability judged={judged.filter(({ look }) => look !== 'candidate')} />
        </div>
      )}
    </Card>
  )
}

function PrecisionRecall({ judged, baseRate }: { judged: readonly Judged[]; baseRate: number }) {
  const curves = judged.map(({ name, look, judgement }): XySeries => {
    const points = (judgement.precision_recall ?? []).map(({ recall, precision }) => ({
      x: recall,
      y: precision,
    }))
    return { name, look, points }
  })
  const random: XySeries = {
    name: 'Random order',
    look: 'reference',
    points: [
      { x: 0, y: baseRate },
      { x: 1, y: baseRate },
    ],
  }
  const most = Math.max(...curves.flatMap(({ points }) => points.map(({ y }) => y)))
  return (
    <XyChart
      title="Precision and recall"
      x={{ name: 'Recall: share of all high rows that is found', max: 1 }}
      y={{ name: 'Precision', max: roundedUp(most) }}
      series={[random, ...curves]}
    />
  )
}

function Reliability({ judged }: { judged: readonly Judged[] }) {
  const curves = judged
    .map(({ name, look, judgement }): XySeries => {
      const points = (judgement.reliability ?? []).map(({ mean_probability: x, observed: y, rows }) => ({
        x,
        y,
        text: `${whole(rows)} rows: promised ${percent(x, 1)}, came true ${percent(y, 1)}`,
      }))
      return { name, look, points, hasPoints: true }
    })
    .filter(({ points }) => points.length > 1)
  const most = roundedUp(Math.max(...curves.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y]))))
  const perfect: XySeries = {
    name: 'Perfect',
    look: 'reference',
    points: [
      { x: 0, y: 0 },
      { x: most, y: most },
    ],
  }
  return (
    <XyChart
      title="Reliability"
      x={{ name: 'Promised probability of high', max: most }}
      y={{ name: 'Share that came true', max: most }}
      series={[perfect, ...curves]}
    />
  )
}
