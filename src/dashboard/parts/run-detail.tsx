import { answerOf, client, type Run } from '../api.ts'
import { duration, moment, percent } from '../format.ts'
import { title } from '../names.ts'
import { linkTo } from '../route.ts'
import { useAction } from '../use-action.ts'
import { useRun } from '../use-run.ts'
import { Card } from './card.tsx'
import { Fact, Facts } from './facts.tsx'
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
  const { progress, queue_position: position } = run
  return (
    <Card title={title(run.name)} note={`Run ${run.id}`} tools={<Buttons run={run} onChange={onChange} />}>
      <p class="line" aria-live="polite">
        <RunState state={run.state} />
        <span>{progress.step}</span>
        {position && <span class="note">{position.ahead} ahead in the queue</span>}
        {!isLive && <span class="badge weak">reconnecting</span>}
      </p>
      <progress max={1} value={progress.fraction} aria-label={`Progress of ${title(run.name)}`} />
      <Facts>
        <Fact name="done" value={percent(progress.fraction)} />
        {progress.eta_seconds !== null && (
          <Fact name="left" value={`about ${duration(progress.eta_seconds)}`} />
        )}
        <Fact
          name="attempt"
          value={`${run.attempt}${run.max_attempts === null ? '' : ` of ${run.max_attempts}`}`}
        />
        <Fact name="asked by" value={run.requested_by ?? run.origin} />
        <Fact name="created (UTC)" value={moment(run.created_at)} />
        {tookOf(run) && <Fact name="took" value={tookOf(run)} />}
      </Facts>
      {run.parent_id && (
        <p class="note">
          Part of <a href={linkTo('jobs', run.parent_id)}>run {run.parent_id}</a>
        </p>
      )}
      {run.error && (
        <p class="notice fault" role="alert">
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

/** How long a run has taken, once it has ended. */
export function tookOf({ started_at, finished_at }: Run): string | undefined {
  if (started_at === null || finished_at === null) return undefined
  return duration((Date.parse(finished_at) - Date.parse(started_at)) / 1000)
}

function Buttons({ run, onChange }: { run: Run; onChange: () => void }) {
  const params = { path: { id: run.id } }
  const cancel = useAction(async () => {
    await answerOf(client.POST('/jobs/{id}/cancel', { params }))
    onChange()
  })
  const retry = useAction(async () => {
    const { id } = await answerOf(client.POST('/jobs/{id}/retry', { params }))
    location.hash = linkTo('jobs', id)
  })
  const fault = cancel.fault ?? retry.fault
  return (
    <>
      {fault && <span role="alert">{fault.message}</span>}
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
      {run.links['board'] && <a href={run.links['board']}>On Bull Board</a>}
    </>
  )
}
