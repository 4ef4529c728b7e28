import { JobForm } from '../parts/job-form.tsx'
import { RunDetail } from '../parts/run-detail.tsx'
import { RunState } from '../parts/run-state.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { moment, percent, words } from '../format.ts'
import { linkTo } from '../route.ts'
import type { JobKind, Page, Run } from '../shapes.ts'
import { useResource } from '../use-resource.ts'

export function JobsPage({ id }: { id: string | undefined }) {
  const kinds = useResource<{ items: readonly JobKind[] }>('/job-kinds')
  const runs = useResource<Page<Run>>('/jobs?limit=100', { everyMs: 5000 })
  return (
    <>
      <div class="title line">
        <h1>Jobs</h1>
        <a href="/admin/queues">Open Bull Board</a>
      </div>
      <div class="grid">
        {id !== undefined && <RunDetail key={id} id={id} onChange={runs.reload} />}
        <Card title="Submit a job">
          <Show of={kinds} what="kinds of jobs">
            {({ items }) => <JobForm kinds={items.filter((kind) => kind.is_public)} />}
          </Show>
        </Card>
        <Card title="Runs" note="Newest first" wide>
          <Show of={runs} what="runs">
            {({ items }) =>
              items.length === 0 ? <Empty>Nothing has run yet.</Empty> : <Runs runs={items} />
            }
          </Show>
        </Card>
      </div>
    </>
  )
}

const Runs = ({ runs }: { runs: readonly Run[] }) => (
  <Scroll label="Runs">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Done
          </th>
          <th scope="col">Step</th>
          <th scope="col">Origin</th>
          <th scope="col">Created (UTC)</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">
              <a href={linkTo('jobs', run.id)}>{words(run.name)}</a>
            </th>
            <td>
              <RunState state={run.state} />
            </td>
            <td class="number">{percent(run.progress.fraction)}</td>
            <td class="note">{run.error?.message ?? run.progress.step}</td>
            <td>{run.origin}</td>
            <td>{moment(run.created_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)
