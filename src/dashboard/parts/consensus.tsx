import type { Schemas } from '../api.ts'
import { duration, moment, percent, whole } from '../format.ts'
import { algorithmName, title } from '../names.ts'
import { linkTo } from '../route.ts'
import { Card, Scroll } from './card.tsx'
import { Fact, Facts } from './facts.tsx'
import { UrgencyBadge } from './level.tsx'
import { Empty } from './states.tsx'

type Anomaly = Schemas['Anomaly']

/** One scan: its counts, its anomalies, and which of the detectors alone would have named each of them. */
export function Consensus({ scan }: { scan: Schemas['Scan'] }) {
  const anomalies = scan.anomalous_protocols
  return (
    <Card
      title={`Scan of ${moment(scan.scanned_at)} UTC`}
      note={
        anomalies[0] &&
        `Judged by ${algorithmName(anomalies[0].algorithm_used)}; ● says that a detector alone would have named the protocol`
      }
    >
      <Facts>
        <Fact name="protocols" value={whole(scan.total_protocols)} />
        <Fact name="anomalies" value={whole(scan.anomalies_detected)} />
        <Fact name="normal" value={whole(scan.normal_protocols)} />
        <Fact name="too few points" value={whole(scan.insufficient_data)} />
        <Fact name="took" value={duration(scan.duration_ms / 1000)} />
      </Facts>
      {anomalies.length === 0 ? <Empty>No anomaly in this scan.</Empty> : <Agreement anomalies={anomalies} />}
    </Card>
  )
}

function Agreement({ anomalies }: { anomalies: readonly Anomaly[] }) {
  // The judge's own score stands in front already.
  const names = anomalies[0] ? othersOf(anomalies[0]).map(({ algorithm }) => algorithm) : []
  const namedBy = (name: string): number =>
    anomalies.filter((anomaly) => anomaly.detectors.some((one) => one.algorithm === name && one.is_anomaly))
      .length
  return (
    <Scroll label="Anomalies by detector">
      <table class="plain detectors">
        <thead>
          <tr>
            <th scope="col">Protocol</th>
            <th scope="col">Urgency</th>
            <th scope="col" class="number">
              {algorithmName(anomalies[0]?.algorithm_used ?? '')}
            </th>
            {names.map((name) => (
              <th scope="col" class="number">
                {algorithmName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {anomalies.map((anomaly) => (
            <AnomalyRow key={anomaly.protocol_id} anomaly={anomaly} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Named by the detector alone
            </th>
            {names.map((name) => (
              <td class="number">
                {namedBy(name)} of {anomalies.length}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </Scroll>
  )
}

const othersOf = ({ detectors, algorithm_used }: Anomaly): Anomaly['detectors'] =>
  detectors.filter(({ algorithm }) => algorithm !== algorithm_used)

const AnomalyRow = ({ anomaly }: { anomaly: Anomaly }) => (
  <tr>
    <th scope="row">
      <a href={linkTo('protocols', anomaly.protocol_id)}>{anomaly.protocol_name}</a>
      <p class="note">{anomaly.contributions[0]?.sentence}</p>
      <p class="note">
        {title(anomaly.verdict)}
        {anomaly.verdict_reason && `: ${anomaly.verdict_reason}`}
      </p>
    </th>
    <td>
      <UrgencyBadge level={anomaly.alert_level} />
    </td>
    <td class="number">
      <strong>{percent(anomaly.anomaly_score, 1)}</strong>
    </td>
    {othersOf(anomaly).map(({ score, is_anomaly }) => (
      <td class={`number ${is_anomaly ? '' : 'quiet'}`}>
        {is_anomaly && (
          <span aria-label="anomaly" role="img">
            ●{' '}
          </span>
        )}
        {percent(score, 1)}
      </td>
    ))}
  </tr>
)
