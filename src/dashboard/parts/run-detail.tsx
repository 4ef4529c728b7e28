import { send } from '../api.ts'
import { duration, moment, percent, words } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Run } from '../shapes.ts'
import { useAction } from '../use-action.ts'
import { useRun } from '../use-run.ts'
import { Card } from './card.tsx'
import { Loading } from './states.tsx'
import { RunState } from './run-state.tsx'

/** One run with its live progress, and what can be done about it. */
export function RunDetail({ id, onChange }: { id: string; onChange: () => void }) {
  const { run, isLive } = useRun(id, onChange)
  if (!run)
    return (
      <Card title="Run">
        {isLive ? (
          <Loading what="run" />
        ) : (
          <p role="alert">There is no news of run {id}: it is unknown, or the server is away.</p>
        )}
      </Card>
    )
  return (
    <Card title={words(run.name)} note={`Run ${run.id}`} tools={<Buttons run={run} onChange={onChange} />}>
      <p class="line" aria-live="polite">
        <RunState state={run.state} />
        <span>{run.progress.step}</span>
        {!isLive && <span class="badge weak">reconnecting</span>}
      </p>
      <progress max={1} value={run.progress.fraction} aria-label={`Progress of ${words(run.name)}`} />
      <dl class="figures">
        <Fact name="done" value={percent(run.progress.fraction)} />
        <Fact
          name="left"
          value={run.progress.eta_seconds === null ? '–' : duration(run.progress.eta_seconds)}
        />
        <Fact
          name="attempt"
          value={`${run.attempt}${run.max_attempts === null ? '' : ` of ${run.max_attempts}`}`}
        />
        <Fact name="created" value={moment(run.created_at)} />
      </dl>
      {run.error && (
        <p class="notice" role="alert">
          {run.error.name}: {run.error.message}
        </p>
      )}
      {run.result && (
        <pre tabIndex={0} aria-label="Result">
          {JSON.stringify(run.result, null, 2)}
        </pre>
      )}
    </Card>
  )
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

function Buttons({ run, onChange }: { run: Run; onChange: () => void }) {
  const cancel = useAction(async () => {
    await send('POST', `/jobs/${run.id}/cancel`)
    onChange()
  })
  const retry = useAction(async () => {
    const { id } = await send<Run>('POST', `/jobs/${run.id}/retry`)
    location.hash = linkTo('jobs', id)
  })
  return (
    <>
      {(cancel.fault ?? retry.fault) && <span role="alert">{(cancel.fault ?? retry.fault)?.message}</span>}
      {run.links['cancel'] && (
        <button type="button" disabled={cancel.isRunning} onClick={cancel.run}>
          Cancel
        </button>
      )}
      {run.links['retry'] && (
        <button type="button" disabled={retry.isRunning} onClick={retry.run}>
          Retry
        </button>
      )}
      {run.links['board'] && <a href={run.links['board']}>Bull Board</a>}
    </>
  )
}
