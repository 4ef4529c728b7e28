import type { Item } from '../api.ts'
import { ago, duration, whole } from '../format.ts'
import { sourceName } from '../names.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { Meter } from './level.tsx'
import { Empty, Show } from './states.tsx'

/** How much of each upstream's rate limit is spent, and whether its circuit is closed. */
export function SourceBudgets() {
  const sources = useAnswer('/sources', {}, { everyMs: 15_000 })
  return (
    <Card title="Sources" note="Calls in the current window, of those that are allowed">
      <Show of={sources} what="sources">
        {({ items }) =>
          items.length === 0 ? (
            <Empty>Nothing was asked yet.</Empty>
          ) : (
            <ul class="list">
              {items.map((source) => (
                <li>
                  <Budget {...source} />
                </li>
              ))}
            </ul>
          )
        }
      </Show>
    </Card>
  )
}

const circuits = { closed: 'reachable', 'half-open': 'trying again', open: 'away' } as const

function Budget({ source, budget, live, last_24_hours: day }: Item<'/sources'>) {
  const spent = live ? live.calls_in_window / budget.calls : 0
  return (
    <>
      <div class="line">
        <strong>{sourceName(source)}</strong>
        <span
          class={`badge circuit-${live?.circuit ?? 'unknown'}`}
          title={live ? `The circuit is ${live.circuit}` : undefined}
        >
          {live ? circuits[live.circuit] : 'Redis away'}
        </span>
        <span class="number quiet">{live ? ago(live.last_success_at) : ''}</span>
      </div>
      <div class="line">
        <Meter share={spent} tone={spent > 0.9 ? 'high' : 'plain'} />
        <span class="number">
          {live ? whole(live.calls_in_window) : '–'} of {whole(budget.calls)} in{' '}
          {duration(budget.window_seconds)}
        </span>
      </div>
      <p class="note">
        24 h: {whole(day.rows)} rows, {whole(day.refused)} refused
        {live?.last_error ? ` · ${live.last_error}` : ''}
      </p>
    </>
  )
}
