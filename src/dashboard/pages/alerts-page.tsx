import { useState } from 'preact/hooks'
import type { Schemas } from '../api.ts'
import { AlertBudgetCard } from '../parts/alert-budget.tsx'
import { AlertEntry } from '../parts/alert-entry.tsx'
import { Card } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { title } from '../names.ts'
import { useAnswer } from '../use-answer.ts'

type State = Schemas['Alert']['state']
const states: readonly State[] = ['open', 'acknowledged', 'snoozed', 'cleared']

export function AlertsPage() {
  const [state, setState] = useState<State>()
  const alerts = useAnswer('/alerts', { query: { limit: 200, ...(state && { state }) } }, { everyMs: 30_000 })
  return (
    <>
      <h1>Alerts</h1>
      <div class="beside">
        <AlertBudgetCard />
        <Card
          title="Raised"
          note="Newest first. What you say of an alert is kept as a label"
          tools={
            <select
              aria-label="Show which state"
              value={state ?? ''}
              onChange={(event) => setState(states.find((one) => one === event.currentTarget.value))}
            >
              <option value="">All states</option>
              {states.map((one) => (
                <option value={one}>{title(one)}</option>
              ))}
            </select>
          }
        >
          <Show of={alerts} what="alerts">
            {({ items }) =>
              items.length === 0 ? (
                <Empty>No alert{state ? ` is ${state}` : ' was ever raised'}. That is good news.</Empty>
              ) : (
                <ol class="list alerts">
                  {items.map((alert) => (
                    <AlertEntry key={alert.id} alert={alert} onChange={alerts.reload} />
                  ))}
                </ol>
              )
            }
          </Show>
        </Card>
      </div>
    </>
  )
}
