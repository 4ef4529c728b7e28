import { useState } from 'preact/hooks'
import { answerOf, client, type Schemas } from '../api.ts'
import { percent, whole } from '../format.ts'
import { useAction } from '../use-action.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { Meter } from './level.tsx'
import { Show } from './states.tsx'

/** How many alerts a week somebody wants to look at; the thresholds follow. */
export function AlertBudgetCard() {
  const budget = useAnswer('/alert-budget', {})
  return (
    <Card title="Budget" note="The thresholds follow the number of alerts that are wanted">
      <Show of={budget} what="budget">
        {(known) => <BudgetForm key={known.alerts_per_week} budget={known} onSaved={budget.reload} />}
      </Show>
    </Card>
  )
}

function BudgetForm({ budget, onSaved }: { budget: Schemas['AlertBudget']; onSaved: () => void }) {
  const [wanted, setWanted] = useState(budget.alerts_per_week)
  const { run, fault, isRunning } = useAction(async () => {
    await answerOf(client.PUT('/alert-budget', { body: { alerts_per_week: wanted } }))
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
      {budget.threshold !== null && <WhatFollows budget={budget} />}
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

/** The threshold that the budget leads to, and how many alerts will be right. */
function WhatFollows({ budget }: { budget: Schemas['AlertBudget'] }) {
  const { threshold, past, expected_precision: expected } = budget
  const answers = expected === null ? 0 : expected.true_alarms + expected.false_alarms
  return (
    <p class="note">
      Anomalies scoring {threshold!.toFixed(4)} or more raise an alert
      {past &&
        `; the last ${whole(Math.ceil(past.weeks))} weeks would have had ${past.alerts_per_week.toFixed(1)} a week`}
      .
      {expected &&
        ` About ${percent(expected.value)} of them are expected to be right, by injected anomalies and ${whole(answers)} answers.`}
    </p>
  )
}
