import { DetectorCard } from '../parts/detector-card.tsx'
import { DriftCard } from '../parts/drift-card.tsx'
import { ImportanceCard } from '../parts/importance-card.tsx'
import { Leaderboard } from '../parts/leaderboard.tsx'
import { ModelComparison } from '../parts/model-comparison.tsx'
import { ModelCurves } from '../parts/model-curves.tsx'
import { ModelRegistry } from '../parts/model-registry.tsx'
import { PromotionCard } from '../parts/promotion-card.tsx'
import { TrackRecordCard } from '../parts/track-record-card.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { useAnswer } from '../use-answer.ts'

export function ModelsPage() {
  const performance = useAnswer('/models/performance', { query: { limit: 100 } }, { everyMs: 60_000 })
  const promotions = useAnswer('/models/promotions', { query: { limit: 50 } })
  const reload = (): void => {
    performance.reload()
    promotions.reload()
  }
  return (
    <>
      <h1>Models</h1>
      <Show of={performance} what="models">
        {({ leaderboard: models, detectors, feedback }) => (
          <div class="grid">
            <CurrentModel id={models.find((model) => model.kind === 'risk' && model.is_current)?.id} />
            <TrackRecordCard />
            <ModelRegistry models={models} onPromoted={reload} />
            <ImportanceCard />
            <ModelComparison models={models.filter((model) => model.kind === 'risk')} />
            <DetectorCard detectors={detectors.items} feedback={feedback} />
            <DriftCard />
            <PromotionCard promotions={promotions} />
          </div>
        )}
      </Show>
    </>
  )
}

/** The leaderboard that the current risk model was chosen from, and its curves. */
function CurrentModel({ id }: { id: string | undefined }) {
  const detail = useAnswer('/models/{id}', id === undefined ? undefined : { path: { id } })
  if (detail.data)
    return (
      <>
        <Leaderboard model={detail.data} />
        <ModelCurves model={detail.data} />
      </>
    )
  return (
    <Card wide title="Leaderboard">
      {id === undefined ? (
        <Empty>No risk model is trained yet. The first training starts by itself once data is there.</Empty>
      ) : (
        <Show of={detail} what="model">
          {() => null}
        </Show>
      )}
    </Card>
  )
}
