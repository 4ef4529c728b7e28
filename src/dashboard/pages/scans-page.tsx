import { send } from '../api.ts'
import { Consensus } from '../parts/consensus.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { duration, moment, whole } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Page, Run, Scan, ScanSummary } from '../shapes.ts'
import { useAction } from '../use-action.ts'
import { useResource } from '../use-resource.ts'

export function ScansPage({ id }: { id: string | undefined }) {
  const scans = useResource<Page<ScanSummary>>('/scans?limit=100', { everyMs: 30_000 })
  const chosen = id ?? scans.data?.items[0]?.scan_id
  const scan = useResource<Scan>(chosen === undefined ? undefined : `/scans/${chosen}?limit=1000`)
  const { run, fault, isRunning } = useAction(async () => {
    const { id: runId } = await send<Run>('POST', '/anomaly/scan', {})
    location.hash = linkTo('jobs', runId)
  })
  return (
    <>
      <div class="title line">
        <h1>Scans</h1>
        <button type="button" class="primary" disabled={isRunning} onClick={run}>
          Scan now
        </button>
        {fault && <p role="alert">{fault.message}</p>}
      </div>
      <Show of={scans} what="scans">
        {({ items }) =>
          items.length === 0 ? (
            <Empty>Nothing is scanned yet.</Empty>
          ) : (
            <div class="grid">
              <Card title="History">
                <History scans={items} chosen={chosen} />
              </Card>
              <Show of={scan} what="scan">
                {(one) => <Consensus scan={one} />}
              </Show>
            </div>
          )
        }
      </Show>
    </>
  )
}

const History = ({ scans, chosen }: { scans: readonly ScanSummary[]; chosen: string | undefined }) => (
  <Scroll label="Scans">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Scanned (UTC)</th>
          <th scope="col" class="number">
            Anomalies
          </th>
          <th scope="col" class="number">
            Normal
          </th>
          <th scope="col" class="number">
            Too few points
          </th>
          <th scope="col" class="number">
            Total
          </th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {scans.map((scan) => (
          <tr class={scan.scan_id === chosen ? 'chosen' : ''}>
            <th scope="row">
              <a
                href={linkTo('scans', scan.scan_id)}
                aria-current={scan.scan_id === chosen ? 'true' : undefined}
              >
                {moment(scan.scanned_at)}
              </a>
            </th>
            <td class="number">{whole(scan.anomalies_detected)}</td>
            <td class="number">{whole(scan.normal_protocols)}</td>
            <td class="number">{whole(scan.insufficient_data)}</td>
            <td class="number">{whole(scan.total_protocols)}</td>
            <td class="number">{duration(scan.duration_ms / 1000)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)
