import { age, whole, words } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Page, Run } from '../shapes.ts'
import { useResource } from '../use-resource.ts'
import { Card } from './card.tsx'
import { Empty, Show } from './states.tsx'

const everyMs = 10_000
const dayMs = 86_400_000

/** What runs, what waits and what failed today; read from the records of runs, never from the backlog. */
export function QueueHealth() {
  const active = useResource<Page<Run>>('/jobs?state=active&limit=20', { everyMs })
  const queued = useResource<Page<Run>>('/jobs?state=queued&limit=100', { everyMs })
  const failed = useResource<Page<Run>>('/jobs?state=failed&limit=100', { everyMs })
  const today = (failed.data?.items ?? []).filter((run) => Date.now() - Date.parse(run.created_at) < dayMs)
  return (
    <Card title="Queues" tools={<a href={linkTo('jobs')}>All jobs</a>}>
      <Show of={active} what="jobs">
        {({ items }) => (
          <>
            <dl class="figures">
              <Count name="running" value={whole(items.length)} />
              <Count name="queued" value={queued.data ? countOf(queued.data) : '–'} />
              <Count name="failed in 24 h" value={failed.data ? whole(today.length) : '–'} />
            </dl>
            {items.length === 0 ? <Empty>Nothing is running.</Empty> : <Running runs={items} />}
          </>
        )}
      </Show>
    </Card>
  )
}

const countOf = ({ items, next_cursor }: Page<Run>): string =>
  `${whole(items.length)}${next_cursor ? '+' : ''}`

const Count = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

const Running = ({ runs }: { runs: readonly Run[] }) => (
  <ul class="list">
    {runs.slice(0, 5).map((run) => (
      <li class="line">
        <a href={linkTo('jobs', run.id)}>{words(run.name)}</a>
        <span class="note">{run.progress.step ?? ''}</span>
        <span class="number">{age(run.started_at)}</span>
      </li>
    ))}
  </ul>
)
