import type { Schemas } from '../api.ts'
import { featureLabel } from '../feature-labels.ts'
import { percent } from '../format.ts'
import { algorithmName, title } from '../names.ts'
import { Meter, UrgencyBadge } from './level.tsx'

const shown = 6

/** The score, the sentences behind it, and what each detector said. */
export function AnomalyReasons({ anomaly }: { anomaly: Schemas['Anomaly'] }) {
  const whole = anomaly.contributions.reduce((sum, one) => sum + one.contribution, 0) || 1
  const strongest = Math.max(...anomaly.contributions.map((one) => one.contribution), Number.EPSILON)
  return (
    <>
      <p class="line">
        {anomaly.is_anomaly ? (
          <UrgencyBadge level={anomaly.alert_level} />
        ) : (
          <span class="badge level-low">normal</span>
        )}
        <strong>score {percent(anomaly.anomaly_score, 1)}</strong>
        <span class="note">
          by {algorithmName(anomaly.algorithm_used)}, confidence {percent(anomaly.confidence)}
        </span>
      </p>
      {anomaly.is_anomaly && (
        <p>
          {title(anomaly.verdict)}
          {anomaly.verdict_reason && <span class="note">: {anomaly.verdict_reason}</span>}
        </p>
      )}
      <table class="plain reasons">
        <caption class="hidden">What made the score</caption>
        <tbody>
          {anomaly.contributions.slice(0, shown).map((one) => (
            <tr>
              <th scope="row">
                {featureLabel(one.feature)}
                <p class="note">{one.sentence}</p>
              </th>
              <td class="bar">
                <Meter share={one.contribution / strongest} tone="medium" />
              </td>
              <td class="number">{percent(one.contribution / whole)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Detectors, each by itself</h3>
      <table class="plain">
        <tbody>
          {anomaly.detectors.map(({ algorithm, score, is_anomaly }) => (
            <tr>
              <th scope="row">{algorithmName(algorithm)}</th>
              <td class="bar">
                <Meter share={score} tone={is_anomaly ? 'medium' : 'plain'} />
              </td>
              <td class="number">{percent(score, 1)}</td>
              <td class="said">{is_anomaly ? 'anomaly' : <span class="quiet">normal</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
