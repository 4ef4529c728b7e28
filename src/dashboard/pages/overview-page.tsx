import { Card } from '../parts/card.tsx'
import { LevelBadge } from '../parts/level.tsx'
import { QueueHealth } from '../parts/queue-health.tsx'
import { RiskTable } from '../parts/risk-table.tsx'
import { SourceBudgets } from '../parts/source-budgets.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { age, percent, whole } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Level, Risk, Scan } from '../shapes.ts'
import { useResource } from '../use-resource.ts'
import { useRisks } from '../use-risks.ts'

export function OverviewPage() {
  const risks = useRisks()
  const scan = useResource<Scan>('/anomaly/scan?limit=1000', { everyMs: 60_000 })
  return (
    <>
      <h1 class="hidden">Overview</h1>
      <Headline risks={risks.data?.items ?? []} scan={scan.data} />
      <div class="overview">
        <Show of={risks} what="risk levels">
          {(shown) => <RiskTable {...shown} anomalies={scan.data?.anomalous_protocols ?? []} />}
        </Show>
        <aside aria-label="State of the platform">
          <Card title="Anomalies of the newest scan" note={scan.data && `${age(scan.data.scanned_at)} ago`}>
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

function Headline({ risks, scan }: { risks: readonly Risk[]; scan: Scan | undefined }) {
  const count = (level: Level): string => whole(risks.filter((risk) => risk.risk_level === level).length)
  const figures = [
    ['Protocols', whole(risks.length)],
    ['High risk', count('high')],
    ['Medium', count('medium')],
    ['Low', count('low')],
    ['Anomalies', scan ? whole(scan.anomalies_detected) : '–'],
  ] as const
  return (
    <dl class="headline">
      {figures.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function AnomalyList({ scan }: { scan: Scan }) {
  const strongest = scan.anomalous_protocols.slice(0, 8)
  if (strongest.length === 0)
    return <Empty>Nothing unusual among {whole(scan.total_protocols)} protocols.</Empty>
  return (
    <>
      <ol class="list">
        {strongest.map((anomaly) => (
          <li>
            <div class="line">
              <a href={linkTo('protocols', anomaly.protocol_id)}>{anomaly.protocol_name}</a>
              <LevelBadge level={anomaly.alert_level} />
              <span class="number">{percent(anomaly.anomaly_score)}</span>
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
