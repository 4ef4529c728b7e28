import { useState } from 'preact/hooks'
import type { Item, Params, Run } from '../api.ts'
import { JobForm } from '../parts/job-form.tsx'
import { RunDetail, tookOf } from '../parts/run-detail.tsx'
import { RunState } from '../parts/run-state.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { Meter } from '../parts/level.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { moment } from '../format.ts'
import { title } from '../names.ts'
import { linkTo } from '../route.ts'
import { useAnswer } from '../use-answer.ts'

export function JobsPage({ id }: { id: string | undefined }) {
  const kinds = useAnswer('/job-kinds', {})
  const [filter, setFilter] = useState<Filter>({})
  const runs = useAnswer('/jobs', { query: { limit: 100, ...filter } }, { everyMs: 5000 })
  return (
    <>
      <div class="title line">
        <h1>Jobs</h1>
        <a href="/admin/queues">Open Bull Board</a>
      </div>
      <div class="beside">
        <Card title="Submit a job">
          <Show of={kinds} what="kinds of jobs">
            {({ items }) => <JobForm kinds={items.filter((kind) => kind.is_public)} />}
          </Show>
        </Card>
        <div class="stack">
          {id !== undefined && <RunDetail key={id} id={id} onChange={runs.reload} />}
          <Card
            title="Runs"
            note="Newest first"
            tools={<Filters kinds={kinds.data?.items ?? []} filter={filter} onFilter={setFilter} />}
          >
            <Show of={runs} what="runs">
              {({ items }) =>
                items.length === 0 ? <Empty>No such run.</Empty> : <Runs runs={items} chosen={id} />
              }
            </Show>
          </Card>
        </div>
      </div>
    </>
  )
}

type Query = NonNullable<Params<'/jobs'>['query']>
type Filter = Pick<Query, 'name' | 'state'>

const states = ['queued', 'active', 'waiting', 'completed', 'failed', 'cancelled', 'quarantined'] as const

interface FiltersProps {
  readonly kinds: readonly Item<'/job-kinds'>[]
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

function Filters({ kinds, filter: { name, state }, onFilter }: FiltersProps) {
  const change = ({
    name: job,
    state: wanted,
  }: {
    name?: string | undefined
    state?: string | undefined
  }): void =>
    onFilter({
      ...(job ? { name: job as Query['name'] & string } : {}),
      ...(wanted ? { state: wanted as Run['state'] } : {}),
    })
  return (
    <>
      <select
        aria-label="Show which job"
        value={name ?? ''}
        onChange={(event) => change({ name: event.currentTarget.value, state })}
      >
        <option value="">All jobs</option>
        {kinds.map((kind) => (
          <option value={kind.name}>{title(kind.name)}</option>
        ))}
      </select>
      <select
        aria-label="Show which state"
        value={state ?? ''}
        onChange={(event) => change({ name, state: event.currentTarget.value })}
      >
        <option value="">All states</option>
        {states.map((one) => (
          <option value={one}>{title(one)}</option>
        ))}
      </select>
    </>
  )
}

const Runs = ({ runs, chosen }: { runs: readonly Run[]; chosen: string | undefined }) => (
  <Scroll label="Runs">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col">Origin</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col" class="number">
            Created (UTC)
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id} class={run.id === chosen ? 'chosen' : ''}>
            <th scope="row">
              <a href={linkTo('jobs', run.id)}>{title(run.name)}</a>
            </th>
            <td>
              <RunState state={run.state} />
            </td>
            <td class="progress">
              <Progress run={run} />
            </td>
            <td class="quiet">{run.origin}</td>
            <td class="number">{tookOf(run) ?? '–'}</td>
            <td class="number">{moment(run.created_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)

/** The bar of a run that is at work, the message of one that failed, and nothing that the state says already. */
function Progress({ run: { state, progress, error } }: { run: Run }) {
  if (error) return <span class="bad">{error.message}</span>
  if (state !== 'active' && state !== 'waiting') return null
  return (
    <span class="line">
      <Meter share={progress.fraction} />
      <span class="note">{progress.step}</span>
    </span>
  )
}
