import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { AlertBudgetCard } from '../parts/alert-budget.tsx'
import { Card } from '../parts/card.tsx'
import { LevelBadge } from '../parts/level.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { age, moment, percent } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Alert, Page } from '../shapes.ts'
import { useAction } from '../use-action.ts'
import { useResource } from '../use-resource.ts'

const states = ['open', 'acknowledged', 'snoozed', 'cleared'] as const

export function AlertsPage() {
  const [state, setState] = useState<string>('')
  const alerts = useResource<Page<Alert>>(`/alerts?limit=200${state && `&state=${state}`}`, {
    everyMs: 30_000,
  })
  return (
    <>
      <h1>Alerts</h1>
      <div class="grid">
        <AlertBudgetCard />
        <Card
          wide
          title="Raised"
          note="Newest first; what you say of an alert is kept as a label"
          tools={
            <select
              aria-label="Show which state"
              value={state}
              onChange={(event) => setState(event.currentTarget.value)}
            >
              <option value="">All states</option>
              {states.map((one) => (
                <option value={one}>{one}</option>
              ))}
            </select>
          }
        >
          <Show of={alerts} what="alerts">
            {({ items }) =>
              items.length === 0 ? (
                <Empty>No alert{state && ` is ${state}`}. That is good news.</Empty>
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

function AlertEntry({ alert, onChange }: { alert: Alert; onChange: () => void }) {
  const { run, fault, isRunning } = useAction(async (action: string, body?: unknown) => {
    await send('POST', `/alerts/${alert.id}/${action}`, body)
    onChange()
  })
  const name = alert.protocol_name ?? alert.protocol_id
  const isOver = alert.state === 'cleared'
  const button = (text: string, action: string, body?: unknown, isPressed?: boolean) => (
    <button
      type="button"
      disabled={isRunning}
      aria-label={`${text}: ${name}`}
      aria-pressed={isPressed}
      onClick={() => run(action, body)}
    >
      {text}
    </button>
  )
  return (
    <li>
      <div class="line">
        <LevelBadge level={alert.level} />
        <a href={linkTo('protocols', alert.protocol_id)}>{name}</a>
        <span class="note">
          {alert.kind} · {percent(alert.score)} · {alert.state}
          {alert.acknowledged_by && ` by ${alert.acknowledged_by}`}
          {alert.state === 'snoozed' && ` until ${moment(alert.snoozed_until)}`}
        </span>
        <span class="number quiet">
          {age(alert.last_raised_at)} ago{alert.times_raised > 1 ? `, ${alert.times_raised} times` : ''}
        </span>
      </div>
      <p>{alert.message}</p>
      <div class="line" role="group" aria-label={`What to do about ${name}`}>
        {alert.state === 'open' && button('Acknowledge', 'acknowledge')}
        {!isOver && button('Snooze 24 h', 'snooze', { minutes: 24 * 60 })}
        {button('True alarm', 'feedback', { feedback: 'true_alarm' }, alert.feedback === 'true_alarm')}
        {button('False alarm', 'feedback', { feedback: 'false_alarm' }, alert.feedback === 'false_alarm')}
        {fault && <span role="alert">{fault.message}</span>}
      </div>
    </li>
  )
}
