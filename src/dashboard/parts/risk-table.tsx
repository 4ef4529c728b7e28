import { useMemo, useState } from 'preact/hooks'
import type { Level, Schemas } from '../api.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { ago, moment, percent, usd, whole } from '../format.ts'
import { useDataNow } from '../market.ts'
import { linkTo } from '../route.ts'
import type { Risk } from '../use-risks.ts'
import { type Sparkline as Series, useSparklines } from '../use-sparklines.ts'
import { useWindow } from '../use-window.ts'
import { Card } from './card.tsx'
import { LevelBadge, Meter } from './level.tsx'
import { Empty } from './states.tsx'
import { SortHeader, type Sorting } from './sort-header.tsx'

type Anomaly = Schemas['Anomaly']
type Column = 'name' | 'level' | 'danger' | 'confidence' | 'tvl' | 'anomaly' | 'age'

interface Row {
  readonly risk: Risk
  readonly anomaly: Anomaly | undefined
  /** What the search looks through. */
  readonly text: string
}

const rank: Readonly<Record<Level, number>> = { low: 1, medium: 2, high: 3 }

const sortKeys: Readonly<Record<Column, (row: Row) => number | string>> = {
  name: ({ risk }) => risk.protocol_name.toLowerCase(),
  level: ({ risk }) => (risk.risk_level ? rank[risk.risk_level] : 0) + (risk.probabilities?.high ?? 0),
  danger: ({ risk }) => risk.probabilities?.high ?? -1,
  confidence: ({ risk }) => risk.confidence ?? -1,
  tvl: ({ risk }) => risk.tvl_usd ?? -1,
  anomaly: ({ anomaly }) => anomaly?.anomaly_score ?? -1,
  age: ({ risk }) => -Date.parse(risk.as_of),
}

const headers: readonly (readonly [Column | '30 days', string])[] = [
  ['name', 'Protocol'],
  ['level', 'Level'],
  ['danger', 'P(high)'],
  ['confidence', 'Confidence'],
  ['tvl', 'TVL'],
  ['30 days', '30 days'],
  ['anomaly', 'Anomaly'],
  ['age', 'Data'],
]

interface RiskTableProps {
  readonly items: readonly Risk[]
  readonly isComplete: boolean
  readonly anomalies: readonly Anomaly[]
}

/** Every protocol with its level; only the rows in view are in the page, so that thousands scroll and sort at once. */
export function RiskTable({ items, isComplete, anomalies }: RiskTableProps) {
  const [search, setSearch] = useState('')
  const [level, setLevel] = useState<Level | ''>('')
  const [sorting, setSorting] = useState<Sorting<Column>>({ by: 'level', isDescending: true })
  const rows = useMemo(() => toRows(items, anomalies), [items, anomalies])
  const needle = search.trim().toLowerCase()
  const found = useMemo(
    () => rows.filter((row) => row.text.includes(needle) && (level === '' || row.risk.risk_level === level)),
    [rows, needle, level],
  )
  const sorted = useMemo(() => sortRows(found, sorting), [found, sorting])
  return (
    <Card
      fills
      title="Risk of all protocols"
      note={`${whole(sorted.length)} of ${whole(items.length)}${isComplete ? '' : ', more on their way'} · horizon ${items[0]?.horizon_days ?? '–'} days`}
      tools={
        <>
          <input
            type="search"
            placeholder="Name, category or chain"
            aria-label="Search protocols by name, category or chain"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <select
            aria-label="Show which level"
            value={level}
            onChange={(event) => setLevel(event.currentTarget.value as Level | '')}
          >
            <option value="">All levels</option>
            <option value="high">High</option>
            <option value="medium">Medium</option>
            <option value="low">Low</option>
          </select>
        </>
      }
    >
      {sorted.length === 0 ? (
        <Empty>No protocol matches.</Empty>
      ) : (
        <Rows rows={sorted} sorting={sorting} onSort={setSorting} />
      )}
    </Card>
  )
}

const rowHeight = 44

interface RowsProps {
  readonly rows: readonly Row[]
  readonly sorting: Sorting<Column>
  readonly onSort: (sorting: Sorting<Column>) => void
}

function Rows({ rows, sorting, onSort }: RowsProps) {
  const { box, from, to } = useWindow(rows.length, rowHeight)
  const shown = rows.slice(from, to)
  const sparklines = useSparklines(shown.map(({ risk }) => risk.protocol_id))
  return (
    <div class="rows" ref={box} role="region" aria-label="Risk table" tabIndex={0}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {headers.map(([column, name]) =>
              column === '30 days' ? (
                <th scope="col" class="column-recent">
                  {name}
                </th>
              ) : (
                <SortHeader column={column} name={name} sorting={sorting} onSort={onSort} />
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <Spacer height={from * rowHeight} />}
          {shown.map((row, index) => (
            <RiskRow
              key={row.risk.protocol_id}
              row={row}
              index={from + index + 2}
              sparkline={sparklines.get(row.risk.protocol_id)}
            />
          ))}
          {to < rows.length && <Spacer height={(rows.length - to) * rowHeight} />}
        </tbody>
      </table>
    </div>
  )
}

const Spacer = ({ height }: { height: number }) => (
  <tr aria-hidden="true" class="spacer">
    <td style={{ height: `${height}px` }} />
  </tr>
)

interface RiskRowProps {
  readonly row: Row
  readonly index: number
  readonly sparkline: Series | undefined
}

function RiskRow({ row: { risk, anomaly }, index, sparkline }: RiskRowProps) {
  const danger = risk.probabilities?.high
  return (
    <tr aria-rowindex={index}>
      <th scope="row">
        <a href={linkTo('protocols', risk.protocol_id)} title={risk.protocol_name}>
          {risk.protocol_name}
        </a>
        <span class="note">{[risk.category, risk.main_chain].filter(Boolean).join(' · ')}</span>
      </th>
      <td>
        <LevelBadge level={risk.risk_level} />
      </td>
      <td class="number column-danger">
        {percent(danger, 1)}
        {danger !== undefined && <Meter share={danger} tone={risk.risk_level ?? 'plain'} />}
      </td>
      <td class="number column-confidence">{percent(risk.confidence)}</td>
      <td class="number column-tvl">{usd(risk.tvl_usd)}</td>
      <td class="column-recent">{sparkline && <Sparkline {...sparkline} />}</td>
      <td class="number column-anomaly">
        {anomaly ? (
          <span class="badge anomaly">▲ {percent(anomaly.anomaly_score)}</span>
        ) : (
          <span class="quiet">none</span>
        )}
      </td>
      <td class="number column-age">
        <DataAge asOf={risk.as_of} />
      </td>
    </tr>
  )
}

const staleMs = 3 * 3_600_000

function DataAge({ asOf }: { asOf: string }) {
  const now = useDataNow()
  const isStale = now - Date.parse(asOf) > staleMs
  return (
    <time class={isStale ? 'stale' : ''} dateTime={asOf} title={`As of ${moment(asOf)} UTC`}>
      {isStale && <span aria-hidden="true">⚠ </span>}
      {ago(asOf, now)}
    </time>
  )
}

function toRows(risks: readonly Risk[], anomalies: readonly Anomaly[]): Row[] {
  const byProtocol = new Map(anomalies.map((anomaly) => [anomaly.protocol_id, anomaly]))
  return risks.map((risk) => ({
    risk,
    anomaly: byProtocol.get(risk.protocol_id),
    text: [risk.protocol_name, risk.protocol_id, risk.category, risk.main_chain].join(' ').toLowerCase(),
  }))
}

function sortRows(rows: readonly Row[], { by, isDescending }: Sorting<Column>): Row[] {
  const keyOf = sortKeys[by]
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }))
  const sign = isDescending ? -1 : 1
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0))
  return keyed.map(({ row }) => row)
}
