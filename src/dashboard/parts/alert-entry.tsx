import { answerOf, client, type Schemas } from '../api.ts'
import { ago, moment, percent } from '../format.ts'
import { title } from '../names.ts'
import { linkTo } from '../route.ts'
import { useAction } from '../use-action.ts'
import { UrgencyBadge } from './level.tsx'

type Alert = Schemas['Alert']
type Feedback = NonNullable<Alert['feedback']>

interface AlertEntryProps {
  readonly alert: Alert
  readonly onChange: () => void
}

/** Stands in the place of a protocol where an alert concerns all of them. */
const wholeMarket = '*'

/** One alert, why it was raised, and what can be said of it. */
export function AlertEntry({ alert, onChange }: AlertEntryProps) {
  const isOfAll = alert.protocol_id === wholeMarket
  const name = isOfAll ? 'The whole market' : (alert.protocol_name ?? alert.protocol_id)
  const verdict = verdictOf(alert)
  return (
    <li>
      <div class="line">
        <UrgencyBadge level={alert.level} />
        <a class="name" href={isOfAll ? linkTo('models') : linkTo('protocols', alert.protocol_id)}>
          {name}
        </a>
        <span class="note">
          {alert.kind}, score {percent(alert.score, 1)}
        </span>
        <span class={`badge alert-${alert.state}`}>{alert.state}</span>
        <span class="note">{sinceWhen(alert)}</span>
        <time
          class="number quiet"
          dateTime={alert.last_raised_at}
          title={`${moment(alert.last_raised_at)} UTC`}
        >
          {ago(alert.last_raised_at)}
          {alert.times_raised > 1 ? `, ${alert.times_raised} times` : ''}
        </time>
      </div>
      <ul class="reasons">
        {alert.message.split('; ').map((reason) => (
          <li>{reason}</li>
        ))}
        {verdict && <li>{verdict}</li>}
      </ul>
      <AlertButtons alert={alert} name={name} onChange={onChange} />
    </li>
  )
}

/** Why an anomaly was taken for an event and not for a broken feed. */
function verdictOf({ details }: Alert): string | undefined {
  const { verdict, verdict_reason: reason } = details
  return typeof verdict === 'string' && typeof reason === 'string' && reason !== ''
    ? `${title(verdict)}: ${reason}`
    : undefined
}

function sinceWhen({ state, acknowledged_by, snoozed_until, cleared_at }: Alert): string {
  if (state === 'acknowledged' && acknowledged_by) return `acknowledged by ${acknowledged_by}`
  if (state === 'snoozed') return `until ${moment(snoozed_until)} UTC`
  return state === 'cleared' ? `${moment(cleared_at)} UTC` : ''
}

function AlertButtons({ alert, name, onChange }: AlertEntryProps & { name: string }) {
  const params = { path: { id: alert.id } }
  const { run, fault, isRunning } = useAction(async (act: () => Promise<unknown>) => {
    await act()
    onChange()
  })
  const button = (text: string, act: () => Promise<unknown>, isPressed?: boolean) => (
    <button
      type="button"
      disabled={isRunning}
      aria-label={`${text}: ${name}`}
      aria-pressed={isPressed}
      onClick={() => run(act)}
    >
      {text}
    </button>
  )
  const judge = (text: string, feedback: Feedback) =>
    button(
      text,
      () => answerOf(client.POST('/alerts/{id}/feedback', { params, body: { feedback } })),
      alert.feedback === feedback,
    )
  return (
    <div class="line" role="group" aria-label={`What to do about ${name}`}>
      {alert.state === 'open' &&
        button('Acknowledge', () => answerOf(client.POST('/alerts/{id}/acknowledge', { params })))}
      {alert.state !== 'cleared' &&
        button('Snooze 24 h', () =>
          answerOf(client.POST('/alerts/{id}/snooze', { params, body: { minutes: 24 * 60 } })),
        )}
      <span class="note">Was it right?</span>
      {judge('True alarm', 'true_alarm')}
      {judge('False alarm', 'false_alarm')}
      {fault && <span role="alert">{fault.message}</span>}
    </div>
  )
}
