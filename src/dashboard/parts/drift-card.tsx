import type { Schemas } from '../api.ts'
import { featureLabel } from '../feature-labels.ts'
import { figure, moment } from '../format.ts'
import { useAnswer } from '../use-answer.ts'
import { Card, Scroll } from './card.tsx'
import { Empty, Show } from './states.tsx'

type Drift = Schemas['Drift']

/** How far the market has moved from what the models were trained on. */
export function DriftCard() {
  const drift = useAnswer('/models/drift', {}, { everyMs: 60_000 })
  return (
    <Card title="Drift" note="Population stability index of the newest scan against the training windows">
      <Show of={drift} what="drift">
        {({ items, retrainings }) => (
          <>
            {items.length === 0 ? <Empty>No scan has measured it yet.</Empty> : <Drifts items={items} />}
            <ol class="list">
              {retrainings.map(({ kind, reason, queued_at }) => (
                <li>
                  <div class="line">
                    <strong>{kind} model trained aside</strong>
                    <span class="number quiet">{moment(queued_at)}</span>
                  </div>
                  <p class="note">{reason}. Promote it above if it is the better one.</p>
                </li>
              ))}
            </ol>
          </>
        )}
      </Show>
    </Card>
  )
}

const Drifts = ({ items }: { items: readonly Drift[] }) => (
  <Scroll label="Drift by feature">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">Model</th>
          <th scope="col" class="number">
            Index
          </th>
          <th scope="col" class="number">
            Limit
          </th>
          <th scope="col">Drifted</th>
        </tr>
      </thead>
      <tbody>
        {[...items].sort(byExcess).map((one) => (
          <tr>
            <th scope="row">{featureLabel(one.feature)}</th>
            <td>{one.model}</td>
            <td class="number">{figure(one.psi)}</td>
            <td class="number">{figure(one.limit)}</td>
            <td>{one.has_drifted ? 'yes' : 'no'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)

const byExcess = (a: Drift, b: Drift): number => b.psi / b.limit - a.psi / a.limit
