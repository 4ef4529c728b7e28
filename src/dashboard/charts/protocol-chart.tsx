import { useMemo, useState } from 'preact/hooks'
import { Card } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { moment, percent, usd } from '../format.ts'
import type { Anomaly, Incident, Observation, Page, Risk } from '../shapes.ts'
import { useResource } from '../use-resource.ts'
import { type Mark, Panes, type PaneSeries } from './panes.tsx'

const ranges = [
  ['30 d', 30],
  ['90 d', 90],
  ['1 y', 365],
  ['All', undefined],
] as const

/** TVL, price, volume and risk over one time axis, with anomalies and incidents marked on all of them. */
export function ProtocolChart({ id, history }: { id: string; history: readonly Risk[] }) {
  const slug = encodeURIComponent(id)
  const observations = useResource<Page<Observation>>(
    `/protocols/${slug}/observations?limit=1000&from=${startOf()}`,
  )
  const incidents = useResource<Page<Incident>>(`/incidents?protocol=${slug}&limit=200`)
  const anomalies = useResource<Page<Anomaly>>(`/anomaly/history?protocol=${slug}&limit=1000`)
  const [days, setDays] = useState<number | undefined>(90)
  const marks = useMemo(
    () => marksOf(anomalies.data?.items ?? [], incidents.data?.items ?? []),
    [anomalies.data, incidents.data],
  )
  return (
    <Card
      title="Over time"
      note="Drag over a pane to zoom, double-click to see everything. UTC days."
      tools={
        <div class="choices" role="group" aria-label="Time range">
          {ranges.map(([name, length]) => (
            <button type="button" aria-pressed={days === length} onClick={() => setDays(length)}>
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
            <PanesOf observations={items} history={history} marks={marks} days={days} />
          )
        }
      </Show>
      <Marks marks={marks} />
    </Card>
  )
}

interface PanesOfProps {
  readonly observations: readonly Observation[]
  readonly history: readonly Risk[]
  readonly marks: readonly Mark[]
  readonly days: number | undefined
}

function PanesOf({ observations, history, marks, days }: PanesOfProps) {
  const series = useMemo(() => seriesOf(observations, history), [observations, history])
  return <Panes series={series} marks={marks} days={days} />
}

const Marks = ({ marks }: { marks: readonly Mark[] }) => (
  <details class="marks">
    <summary>
      <span class="key anomaly">◆ {marks.filter((mark) => mark.kind === 'anomaly').length} anomalies</span>{' '}
      <span class="key incident">✕ {marks.filter((mark) => mark.kind === 'incident').length} incidents</span>
    </summary>
    <ul class="list">
      {[...marks].reverse().map((mark) => (
        <li>
          <span class="quiet">{moment(new Date(mark.at * 1000).toISOString())}</span> {mark.kind}: {mark.text}
        </li>
      ))}
    </ul>
  </details>
)

const daysShown = 900
const startOf = (): string =>
  new Date(Math.floor(Date.now() / 86_400_000 - daysShown) * 86_400_000).toISOString()
const seconds = (instant: string): number => Date.parse(instant) / 1000

function seriesOf(observations: readonly Observation[], history: readonly Risk[]): PaneSeries[] {
  const times = observations.map((one) => seconds(one.observed_at))
  const scores = [...history].reverse()
  return [
    { name: 'TVL', times, values: observations.map((one) => one.tvl_usd), show: usd, tone: 'tvl' },
    { name: 'Price', times, values: observations.map((one) => one.price_usd), show: usd, tone: 'price' },
    {
      name: 'Volume',
      times,
      values: observations.map((one) => one.volume_usd),
      show: usd,
      tone: 'volume',
      isBars: true,
    },
    {
      name: 'Risk: P(high)',
      times: scores.map((one) => seconds(one.as_of)),
      values: scores.map((one) => one.probabilities?.high ?? null),
      show: (value) => percent(value, 1),
      tone: 'risk',
      hasPoints: true,
    },
  ]
}

function marksOf(anomalies: readonly Anomaly[], incidents: readonly Incident[]): Mark[] {
  const marks: Mark[] = [
    ...anomalies.map((one) => ({
      at: seconds(one.as_of),
      kind: 'anomaly' as const,
      text: `score ${percent(one.anomaly_score)}, ${one.contributions[0]?.sentence ?? one.verdict}`,
    })),
    ...incidents.map((one) => ({
      at: seconds(one.date),
      kind: 'incident' as const,
      text: `${one.name}, ${usd(one.amount_usd)}${one.technique ? `, ${one.technique}` : ''}`,
    })),
  ]
  return marks.sort((a, b) => a.at - b.at)
}
