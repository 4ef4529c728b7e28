import type { Level, Schemas } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { UrgencyBadge } from '../parts/level.tsx'
import { QueueHealth } from '../parts/queue-health.tsx'
import { RiskTable } from '../parts/risk-table.tsx'
import { SourceBudgets } from '../parts/source-budgets.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { ago, percent, whole } from '../format.ts'
import { linkTo } from '../route.ts'
import { useAnswer } from '../use-answer.ts'
import { type Risk, useRisks } from '../use-risks.ts'

export function OverviewPage() {
  const risks = useRisks()
  const scan = useAnswer('/anomaly/scan', { query: { limit: 1000 } }, { everyMs: 60_000 })
  return (
    <>
      <h1 class="hidden">Overview</h1>
      <Headline risks={risks.data?.items} scan={scan.data} />
      <div class="overview">
        {risks.data ? (
          <Show of={risks} what="risk levels">
            {(shown) => <RiskTable {...shown} anomalies={scan.data?.anomalous_protocols ?? []} />}
          </Show>
        ) : (
          <Card title="Risk of all protocols">
            <Show of={risks} what="risk levels">
              {() => null}
            </Show>
          </Card>
        )}
        <aside aria-label="State of the platform">
          <Card
            title="Anomalies of the newest scan"
            note={scan.data && `${whole(scan.data.total_protocols)} protocols, ${ago(scan.data.scanned_at)}`}
            tools={<a href={linkTo('scans')}>All scans</a>}
          >
            <Show of={scan} what="scan">
              {(newest) => <AnomalyList scan={newest} />}
            </Show>
          </Card>
          <QueueHealth />
          <SourceBudgets />
        </aside>
      </div>
    </>
  )
}

function Headline({
  risks,
  scan,
}: {
  risks: readonly Risk[] | undefined
  scan: Schemas['Scan'] | undefined
}) {
  const count = (level: Level): string =>
    risks ? whole(risks.filter((risk) => risk.risk_level === level).length) : '–'
  const figures = [
    ['Protocols', risks ? whole(risks.length) : '–', ''],
    ['High risk', count('high'), 'high'],
    ['Medium', count('medium'), 'medium'],
    ['Low', count('low'), 'low'],
    ['Anomalies', scan ? whole(scan.anomalies_detected) : '–', ''],
  ] as const
  return (
    <dl class="headline">
      {figures.map(([name, value, tone]) => (
        <div class={tone}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const listed = 6

function AnomalyList({ scan }: { scan: Schemas['Scan'] }) {
  const strongest = scan.anomalous_protocols.slice(0, listed)
  if (strongest.length === 0)
    return <Empty>Nothing unusual among {whole(scan.total_protocols)} protocols.</Empty>
  return (
    <>
      <ol class="list">
        {strongest.map((anomaly) => (
          <li>
            <div class="line">
              <a class="name" href={linkTo('protocols', anomaly.protocol_id)}>
                {anomaly.protocol_name}
              </a>
              <UrgencyBadge level={anomaly.alert_level} />
              <span class="number">{percent(anomaly.anomaly_score, 1)}</span>
            </div>
            <p class="note">{anomaly.contributions[0]?.sentence ?? anomaly.verdict}</p>
          </li>
        ))}
      </ol>
      {scan.anomalies_detected > strongest.length && (
        <a href={linkTo('scans', scan.scan_id)}>All {whole(scan.anomalies_detected)} anomalies</a>
      )}
    </>
  )
}
