import { moment, percent, words } from '../format.ts'
import { linkTo } from '../route.ts'
import type { Anomaly, Scan } from '../shapes.ts'
import { Card, Scroll } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Empty } from './states.tsx'

/** The anomalies of a scan, and which of the detectors saw each of them. */
export function Consensus({ scan }: { scan: Scan }) {
  const anomalies = scan.anomalous_protocols
  const detectors = anomalies[0]?.detectors.map(({ algorithm }) => algorithm) ?? []
  return (
    <Card
      title="Consensus against single detectors"
      note={`Scan of ${moment(scan.scanned_at)} UTC, the most abnormal first; ● says that a detector alone would have named it`}
    >
      {anomalies.length === 0 ? (
        <Empty>No anomaly in this scan.</Empty>
      ) : (
        <Scroll label="Anomalies by detector">
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">Protocol</th>
                <th scope="col">Level</th>
                <th scope="col" class="number">
                  Consensus
                </th>
                {detectors.map((name) => (
                  <th scope="col" class="number">
                    {words(name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {anomalies.map((anomaly) => (
                <AnomalyRow key={anomaly.protocol_id} anomaly={anomaly} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  )
}

const AnomalyRow = ({ anomaly }: { anomaly: Anomaly }) => (
  <tr>
    <th scope="row">
      <a href={linkTo('protocols', anomaly.protocol_id)}>{anomaly.protocol_name}</a>
    </th>
    <td>
      <LevelBadge level={anomaly.alert_level} />
    </td>
    <td class="number">{percent(anomaly.anomaly_score)}</td>
    {anomaly.detectors.map(({ score, is_anomaly }) => (
      <td class="number">
        {is_anomaly && (
          <span aria-label="anomaly" role="img">
            ●{' '}
          </span>
        )}
        {percent(score)}
      </td>
    ))}
  </tr>
)
