import type { Answer } from '../api.ts'
import { percent, whole } from '../format.ts'
import { algorithmName } from '../names.ts'
import { Card, Scroll } from './card.tsx'
import { Empty } from './states.tsx'

type Performance = Answer<'/models/performance'>
type Feedback = Performance['feedback']

type DetectorCardProps = Pick<Performance, 'feedback'> & {
  readonly detectors: Performance['detectors']['items']
}

export const DetectorCard = ({ detectors, feedback }: DetectorCardProps) => (
  <Card title="Detectors" note="In the newest scan: how often each agrees with what the scan concluded">
    {detectors.length === 0 ? (
      <Empty>Nothing is scanned yet.</Empty>
    ) : (
      <Scroll label="Detectors">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">Detector</th>
              <th scope="col" class="number">
                Scored
              </th>
              <th scope="col" class="number">
                Anomalies
              </th>
              <th scope="col" class="number">
                Agrees
              </th>
              <th
                scope="col"
                class="number"
                title="Of the answered alerts that it would have raised by itself"
              >
                True alarms
              </th>
            </tr>
          </thead>
          <tbody>
            {detectors.map((detector) => (
              <tr>
                <th scope="row">{algorithmName(detector.algorithm)}</th>
                <td class="number">{whole(detector.scored)}</td>
                <td class="number">{whole(detector.anomalies)}</td>
                <td class="number">{percent(detector.agreement, 1)}</td>
                <td class="number">{trueAlarmsOf(feedback, detector.algorithm)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
    <p class="note">{answersSoFar(feedback)}</p>
  </Card>
)

function trueAlarmsOf({ detectors }: Feedback, algorithm: string): string {
  const said = detectors.find((detector) => detector.algorithm === algorithm)
  return said ? `${whole(said.true_alarms)} of ${whole(said.true_alarms + said.false_alarms)}` : '–'
}

/** What people said of alerts, and what it takes for that to count. */
function answersSoFar({ true_alarms, false_alarms, fewest_answers, fewest_of_each }: Feedback): string {
  const answers = true_alarms + false_alarms
  const takePart = answers >= fewest_answers && Math.min(true_alarms, false_alarms) >= fewest_of_each
  return (
    `Alerts that people answered: ${whole(true_alarms)} true, ${whole(false_alarms)} false. ` +
    (takePart
      ? 'They take part in choosing the detector.'
      : `They take part in choosing the detector from ${fewest_answers} answers on, ${fewest_of_each} of each kind.`)
  )
}
