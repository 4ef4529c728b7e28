import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { whole } from '../format.ts'
import type { AlertBudget } from '../shapes.ts'
import { useAction } from '../use-action.ts'
import { useResource } from '../use-resource.ts'
import { Card } from './card.tsx'
import { Meter } from './level.tsx'
import { Show } from './states.tsx'

/** How many alerts a week somebody wants to look at; the thresholds follow. */
export function AlertBudgetCard() {
  const budget = useResource<AlertBudget>('/alert-budget')
  return (
    <Card title="Budget" note="The thresholds follow the number of alerts that are wanted">
      <Show of={budget} what="budget">
        {(known) => <BudgetForm key={known.alerts_per_week} budget={known} onSaved={budget.reload} />}
      </Show>
    </Card>
  )
}

function BudgetForm({ budget, onSaved }: { budget: AlertBudget; onSaved: () => void }) {
  const [wanted, setWanted] = useState(budget.alerts_per_week)
  const { run, fault, isRunning } = useAction(async () => {
    await send('PUT', '/alert-budget', { alerts_per_week: wanted })
    onSaved()
  })
  const spent = budget.raised_last_7_days / budget.alerts_per_week
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault()
        run()
      }}
    >
      <p class="line">
        <Meter share={spent} tone={spent > 1 ? 'high' : 'plain'} />
        <span class="number">
          {whole(budget.raised_last_7_days)} raised in 7 days of {whole(budget.alerts_per_week)} wanted
        </span>
      </p>
      <label>
        Alerts a week
        <input
          type="number"
          min={1}
          max={10_000}
          required
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.valueAsNumber)}
        />
      </label>
      <button disabled={isRunning || wanted === budget.alerts_per_week}>Save</button>
      {fault && <p role="alert">{fault.message}</p>}
    </form>
  )
}
