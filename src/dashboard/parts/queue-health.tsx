import type { Item, Run } from '../api.ts'
import { duration, whole } from '../format.ts'
import { words } from '../names.ts'
import { linkTo } from '../route.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { Empty, Show } from './states.tsx'

const everyMs = 10_000
const dayMs = 86_400_000
const counted = 200

/** What runs, what waits and what failed today; read from the records of runs, never from the backlog. */
export function QueueHealth() {
  const kinds = useAnswer('/job-kinds', {})
  const active = useAnswer('/jobs', { query: { state: 'active', limit: counted } }, { everyMs })
  const queued = useAnswer('/jobs', { query: { state: 'queued', limit: counted } }, { everyMs })
  const failed = useAnswer('/jobs', { query: { state: 'failed', limit: counted } }, { everyMs })
  const today = failed.data?.items.filter((run) => Date.now() - Date.parse(run.created_at) < dayMs)
  return (
    <Card title="Queues" note="Failures of the last 24 hours" tools={<a href={linkTo('jobs')}>All jobs</a>}>
      <Show of={active} what="jobs">
        {({ items }) => (
          <>
            <QueueTable
              queues={queuesOf(kinds.data?.items ?? [])}
              active={items}
              queued={queued.data?.items}
              failed={today}
            />
            {items.length === 0 ? <Empty>Nothing is running.</Empty> : <Running runs={items} />}
          </>
        )}
      </Show>
    </Card>
  )
}

const queuesOf = (kinds: readonly Item<'/job-kinds'>[]): string[] =>
  [...new Set(kinds.map(({ queue }) => queue))].sort()

interface QueueTableProps {
  readonly queues: readonly string[]
  readonly active: readonly Run[]
  readonly queued: readonly Run[] | undefined
  readonly failed: readonly Run[] | undefined
}

const QueueTable = ({ queues, active, queued, failed }: QueueTableProps) => (
  <table class="plain">
    <thead>
      <tr>
        <th scope="col">Queue</th>
        {['Running', 'Queued', 'Failed'].map((name) => (
          <th scope="col" class="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {queues.map((queue) => (
        <tr>
          <th scope="row">
            <a href={`/admin/queues/queue/${queue}`}>{queue}</a>
          </th>
          <Count runs={active} queue={queue} />
          <Count runs={queued} queue={queue} />
          <Count runs={failed} queue={queue} tone="bad" />
        </tr>
      ))}
    </tbody>
  </table>
)

function Count({
  runs,
  queue,
  tone = '',
}: {
  runs: readonly Run[] | undefined
  queue: string
  tone?: string
}) {
  if (!runs) return <td class="number quiet">–</td>
  const count = runs.filter((run) => run.queue === queue).length
  // A list that is full may go on.
  const isCut = runs.length >= counted && count > 0
  return (
    <td class={`number ${count === 0 ? 'quiet' : tone}`}>
      {whole(count)}
      {isCut && '+'}
    </td>
  )
}

const Running = ({ runs }: { runs: readonly Run[] }) => (
  <ul class="list">
    {runs.slice(0, 4).map((run) => (
      <li class="line">
        <a href={linkTo('jobs', run.id)}>{words(run.name)}</a>
        <span class="note">{run.progress.step ?? ''}</span>
        <span class="number">{runningFor(run)}</span>
      </li>
    ))}
  </ul>
)

const runningFor = ({ started_at }: Run): string =>
  started_at ? duration(Math.max(0, (Date.now() - Date.parse(started_at)) / 1000)) : ''
