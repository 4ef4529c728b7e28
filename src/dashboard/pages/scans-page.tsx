import { answerOf, client, type Schemas } from '../api.ts'
import { Consensus } from '../parts/consensus.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { Meter } from '../parts/level.tsx'
import { Empty, Show } from '../parts/states.tsx'
import { duration, moment, whole } from '../format.ts'
import { linkTo } from '../route.ts'
import { useAction } from '../use-action.ts'
import { useAnswer } from '../use-answer.ts'

export function ScansPage({ id }: { id: string | undefined }) {
  const scans = useAnswer('/scans', { query: { limit: 100 } }, { everyMs: 30_000 })
  const chosen = id ?? scans.data?.items[0]?.scan_id
  const scan = useAnswer(
    '/scans/{id}',
    chosen === undefined ? undefined : { path: { id: chosen }, query: { limit: 1000 } },
  )
  const { run, fault, isRunning } = useAction(async () => {
    const { id: runId } = await answerOf(client.POST('/anomaly/scan'))
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
      <div class="beside">
        <Card title="History" note="Newest first">
          <Show of={scans} what="scans">
            {({ items }) =>
              items.length === 0 ? (
                <Empty>Nothing is scanned yet.</Empty>
              ) : (
                <History scans={items} chosen={chosen} />
              )
            }
          </Show>
        </Card>
        {chosen !== undefined &&
          (scan.data ? (
            <Consensus scan={scan.data} />
          ) : (
            <Card title="Scan">
              <Show of={scan} what="scan">
                {() => null}
              </Show>
            </Card>
          ))}
      </div>
    </>
  )
}

interface HistoryProps {
  readonly scans: readonly Schemas['ScanSummary'][]
  readonly chosen: string | undefined
}

function History({ scans, chosen }: HistoryProps) {
  const most = Math.max(1, ...scans.map((scan) => scan.anomalies_detected))
  return (
    <Scroll label="Scans">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Scanned (UTC)</th>
            <th scope="col" colSpan={2}>
              Anomalies
            </th>
            <th scope="col" class="number">
              Of
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
              <td class="bar">
                <Meter share={scan.anomalies_detected / most} tone="medium" />
              </td>
              <td class="number">{whole(scan.total_protocols)}</td>
              <td class="number">{duration(scan.duration_ms / 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
