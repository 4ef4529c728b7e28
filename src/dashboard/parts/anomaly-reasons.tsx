import { featureLabel } from '../feature-labels.ts'
import { percent, words } from '../format.ts'
import type { Anomaly } from '../shapes.ts'
import { LevelBadge, Meter } from './level.tsx'

/** The score, what each detector said, and the sentences behind it. */
export function AnomalyReasons({ anomaly }: { anomaly: Anomaly }) {
  const strongest = Math.max(...anomaly.contributions.map((one) => one.contribution), Number.EPSILON)
  return (
    <>
      <p class="line">
        {anomaly.is_anomaly ? (
          <LevelBadge level={anomaly.alert_level} />
        ) : (
          <span class="badge level-low">normal</span>
        )}
        <strong>score {percent(anomaly.anomaly_score)}</strong>
        <span class="note">confidence {percent(anomaly.confidence)}</span>
      </p>
      <p class="note">{anomaly.verdict}</p>
      <ol class="list">
        {anomaly.contributions.slice(0, 6).map((one) => (
          <li>
            <div class="line">
              <span class="grow">{featureLabel(one.feature)}</span>
              <Meter share={one.contribution / strongest} tone="medium" />
            </div>
            <p class="note">{one.sentence}</p>
          </li>
        ))}
      </ol>
      <h3>Detectors</h3>
      <table class="plain">
        <tbody>
          {anomaly.detectors.map(({ algorithm, score, is_anomaly }) => (
            <tr>
              <th scope="row">{words(algorithm)}</th>
              <td class="number">{percent(score)}</td>
              <td>{is_anomaly ? 'anomaly' : 'normal'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
