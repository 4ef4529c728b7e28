import { useState } from 'preact/hooks'
import { ModelComparison } from '../parts/model-comparison.tsx'
import { ModelRegistry } from '../parts/model-registry.tsx'
import { Leaderboard } from '../parts/leaderboard.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { Meter } from '../parts/level.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { featureLabel } from '../feature-labels.ts'
import { figure, moment, percent, words } from '../format.ts'
import type { Importance, Page, Performance, Promotion } from '../shapes.ts'
import { type Resource, useResource } from '../use-resource.ts'

export function ModelsPage() {
  const performance = useResource<Performance>('/models/performance?limit=100', { everyMs: 60_000 })
  const promotions = useResource<Page<Promotion>>('/models/promotions?limit=50')
  const reload = (): void => {
    performance.reload()
    promotions.reload()
  }
  return (
    <>
      <h1>Models</h1>
      <Show of={performance} what="models">
        {({ leaderboard: models, detectors }) => {
          const current = models.find((model) => model.kind === 'risk' && model.is_current)
          return (
            <div class="grid">
              {current ? <Leaderboard model={current} /> : <Empty>No risk model is trained yet.</Empty>}
              <ModelRegistry models={models} onPromoted={reload} />
              <ImportanceCard />
              <ModelComparison models={models.filter((model) => model.kind === 'risk')} />
              <DetectorCard detectors={detectors.items} />
              <PromotionCard promotions={promotions} />
            </div>
          )
        }}
      </Show>
    </>
  )
}

const kinds = [
  ['mean_abs_shap', 'Mean |SHAP|'],
  ['gain', 'Gain'],
  ['split', 'Splits'],
] as const

function ImportanceCard() {
  const [kind, setKind] = useState<string>('mean_abs_shap')
  const importance = useResource<Importance>(`/features/importance?kind=${kind}`)
  return (
    <Card
      title="What the current risk model looks at"
      tools={
        <select
          aria-label="Kind of importance"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        >
          {kinds.map(([value, name]) => (
            <option value={value}>{name}</option>
          ))}
        </select>
      }
    >
      <Show of={importance} what="importance">
        {({ feature_importance: ranked }) => (
          <table class="plain">
            <tbody>
              {ranked.map(({ feature_name, importance_score }) => (
                <tr>
                  <th scope="row">{featureLabel(feature_name)}</th>
                  <td class="bar">
                    <Meter share={importance_score / (ranked[0]!.importance_score || 1)} />
                  </td>
                  <td class="number">{figure(importance_score)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Show>
    </Card>
  )
}

const DetectorCard = ({ detectors }: { detectors: Performance['detectors']['items'] }) => (
  <Card title="Detectors" note="In the newest scan: how often each agrees with what the scan concluded">
    {detectors.length === 0 ? (
      <Empty>Nothing is scanned yet.</Empty>
    ) : (
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Detector</th>
            <th scope="col" class="number">
              Scored
            </th>
            <th scope="col" class="number">
              Anomalies
            </th>
            <th scope="col" class="number">
              Agrees
            </th>
          </tr>
        </thead>
        <tbody>
          {detectors.map((detector) => (
            <tr>
              <th scope="row">{words(detector.algorithm)}</th>
              <td class="number">{detector.scored}</td>
              <td class="number">{detector.anomalies}</td>
              <td class="number">{percent(detector.agreement, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </Card>
)

const PromotionCard = ({ promotions }: { promotions: Resource<Page<Promotion>> }) => (
  <Card title="Promotions" note="Who made which model current, and why">
    <Show of={promotions} what="promotions">
      {({ items }) =>
        items.length === 0 ? (
          <Empty>No model was promoted yet.</Empty>
        ) : (
          <Scroll label="Promotions">
            <ol class="list">
              {items.map((one) => (
                <li>
                  <div class="line">
                    <strong>
                      {one.kind} v{one.version}
                    </strong>
                    <span>{words(one.algorithm)}</span>
                    <span class="number quiet">{moment(one.promoted_at)}</span>
                  </div>
                  <p class="note">
                    {one.reason} · by {one.promoted_by}
                  </p>
                </li>
              ))}
            </ol>
          </Scroll>
        )
      }
    </Show>
  </Card>
)
