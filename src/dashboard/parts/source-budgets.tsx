import { age, duration, whole } from '../format.ts'
import type { Source } from '../shapes.ts'
import { useResource } from '../use-resource.ts'
import { Card } from './card.tsx'
import { Meter } from './level.tsx'
import { Show } from './states.tsx'

/** How much of each upstream's rate limit is spent, and whether its circuit is closed. */
export function SourceBudgets() {
  const sources = useResource<{ items: readonly Source[] }>('/sources', { everyMs: 15_000 })
  return (
    <Card title="Sources">
      <Show of={sources} what="sources">
        {({ items }) => (
          <ul class="list">
            {items.map((source) => (
              <li>
                <Budget {...source} />
              </li>
            ))}
          </ul>
        )}
      </Show>
    </Card>
  )
}

function Budget({ source, budget, live, last_24_hours: day }: Source) {
  const spent = live ? live.calls_in_window / budget.calls : 0
  return (
    <>
      <div class="line">
        <strong>{source}</strong>
        <span class={`badge circuit-${live?.circuit ?? 'unknown'}`}>
          {live ? `circuit ${live.circuit}` : 'Redis away'}
        </span>
      </div>
      <div class="line">
        <Meter share={spent} tone={spent > 0.9 ? 'high' : 'plain'} />
        <span class="number">
          {live ? whole(live.calls_in_window) : '–'} of {whole(budget.calls)} calls in{' '}
          {duration(budget.window_seconds)}
        </span>
      </div>
      <p class="note">
        {whole(day.rows)} rows in 24 h, {whole(day.refused)} refused · last {age(day.last_fetched_at)} ago
        {live?.last_error ? ` · ${live.last_error}` : ''}
      </p>
    </>
  )
}
