import { useMemo, useState } from 'preact/hooks'
import type { Item, Schemas } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { moment, percent, usd } from '../format.ts'
import { useDataNow } from '../market.ts'
import { useAnswer } from '../use-answer.ts'
import type { Mark, PaneSeries } from './pane-options.ts'
import { Panes, signs } from './panes.tsx'
import { withUnknownDays } from './unknown-days.ts'

const ranges = [
  ['30 days', 30],
  ['90 days', 90],
  ['1 year', 365],
  ['All', undefined],
] as const

type Observation = Item<'/protocols/{id}/observations'>
type Incident = Item<'/incidents'>
type Risk = Schemas['Risk']

/** TVL, price, volume and risk over one time axis, with anomalies and incidents marked on all of them. */
export function ProtocolChart({ id, history }: { id: string; history: readonly Risk[] }) {
  const now = useDataNow()
  const from = new Date((Math.floor(now / dayMs) - daysShown) * dayMs).toISOString()
  const observations = useAnswer('/protocols/{id}/observations', {
    path: { id },
    query: { limit: 1000, from },
  })
  const incidents = useAnswer('/incidents', { query: { protocol: id, limit: 200 } })
  const anomalies = useAnswer('/anomaly/history', { query: { protocol: id, limit: 1000 } })
  const [days, setDays] = useState<number | undefined>(90)
  /** A pressed range is set again after a zoom by the mouse. */
  const [presses, setPresses] = useState(0)
  const marks = useMemo(
    () => marksOf(anomalies.data?.items ?? [], incidents.data?.items ?? []),
    [anomalies.data, incidents.data],
  )
  return (
    <Card
      title="Over time"
      note="Drag across a pane to zoom, double-click for everything"
      tools={
        <div class="choices" role="group" aria-label="Time range">
          {ranges.map(([name, length]) => (
            <button
              type="button"
              aria-pressed={days === length}
              onClick={() => {
                setDays(length)
                setPresses((n) => n + 1)
              }}
            >
              {name}
            </button>
          ))}
        </div>
      }
    >
      <Show of={observations} what="series">
        {({ items }) =>
          items.length === 0 ? (
            <Empty>Nothing was observed yet.</Empty>
          ) : (
            <Series observations={items} history={history} marks={marks} days={days} presses={presses} />
          )
        }
      </Show>
      <Marks marks={marks} />
    </Card>
  )
}

interface SeriesProps {
  readonly observations: readonly Observation[]
  readonly history: readonly Risk[]
  readonly marks: readonly Mark[]
  readonly days: number | undefined
  readonly presses: number
}

function Series({ observations, history, marks, days, presses }: SeriesProps) {
  const all = useMemo(() => seriesOf(observations, history), [observations, history])
  const series = useMemo(() => all.filter(({ values }) => values.some((value) => value !== null)), [all])
  const unknown = all.filter((one) => !series.includes(one)).map(({ name }) => name)
  return (
    <>
      {series.length > 0 && <Panes series={series} marks={marks} days={days} presses={presses} />}
      {unknown.length > 0 && <p class="note">Not known for this protocol: {unknown.join(', ')}.</p>}
    </>
  )
}

/** Everything that is marked, for those who read rather than point. */
function Marks({ marks }: { marks: readonly Mark[] }) {
  const count = (kind: Mark['kind']): number => marks.filter((mark) => mark.kind === kind).length
  if (marks.length === 0) return <p class="note">No anomaly and no incident is on record.</p>
  return (
    <details class="marks">
      <summary>
        <span class="key-text anomaly">
          {signs.anomaly} {counted(count('anomaly'), 'abnormal day')}
        </span>{' '}
        <span class="key-text incident">
          {signs.incident} {counted(count('incident'), 'incident')}
        </span>
      </summary>
      <ul class="list">
        {[...marks].reverse().map((mark) => (
          <li>
            <span class="quiet">{moment(new Date(mark.at * 1000).toISOString())}</span>{' '}
            <span class={`key-text ${mark.kind}`}>{mark.kind}</span> {mark.text}
          </li>
        ))}
      </ul>
    </details>
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const dayMs = 86_400_000
const daysShown = 900
const seconds = (instant: string): number => Date.parse(instant) / 1000

function seriesOf(observations: readonly Observation[], history: readonly Risk[]): PaneSeries[] {
  const times = observations.map((one) => seconds(one.observed_at))
  const observed = (measure: 'tvl_usd' | 'price_usd' | 'volume_usd') =>
    withUnknownDays({ times, values: observations.map((one) => one[measure]) })
  const scores = newestOfEachMoment(history)
  return [
    { name: 'TVL', ...observed('tvl_usd'), show: usd, tone: 'tvl' },
    { name: 'Price', ...observed('price_usd'), show: usd, tone: 'price' },
    { name: 'Volume', ...observed('volume_usd'), show: usd, tone: 'volume', isBars: true },
    {
      name: 'Risk score, P(high)',
      times: scores.map((one) => seconds(one.as_of)),
      values: scores.map((one) => one.probabilities?.high ?? null),
      show: (value) => percent(value, 1),
      tone: 'risk',
      hasPoints: true,
    },
  ]
}

/** A promotion scores the same moment anew; the chart shows what holds. In ascending time. */
function newestOfEachMoment(history: readonly Risk[]): Risk[] {
  const inOrder = [...history].sort((a, b) => a.scored_at.localeCompare(b.scored_at))
  const moments = new Map(inOrder.map((score) => [score.as_of, score]))
  return [...moments.values()].sort((a, b) => a.as_of.localeCompare(b.as_of))
}

function marksOf(anomalies: readonly Schemas['Anomaly'][], incidents: readonly Incident[]): Mark[] {
  const marks: Mark[] = [
    ...strongestOfEachDay(anomalies).map((one) => ({
      at: seconds(one.as_of),
      kind: 'anomaly' as const,
      text: `score ${percent(one.anomaly_score, 1)}, ${one.contributions[0]?.sentence ?? one.verdict}`,
    })),
    ...incidents.map((one) => ({
      at: seconds(one.date),
      kind: 'incident' as const,
      text: `${one.name}, ${usd(one.amount_usd)}${one.technique ? `, ${one.technique}` : ''}`,
    })),
  ]
  return marks.sort((a, b) => a.at - b.at)
}

/** A protocol is scanned every hour; one mark a day says as much as twenty-four. */
function strongestOfEachDay(anomalies: readonly Schemas['Anomaly'][]): Schemas['Anomaly'][] {
  const days = new Map<string, Schemas['Anomaly']>()
  for (const one of anomalies) {
    const day = one.as_of.slice(0, 10)
    const other = days.get(day)
    if (!other || other.anomaly_score < one.anomaly_score) days.set(day, one)
  }
  return [...days.values()]
}
