import type { Answer } from '../api.ts'
import { percent, whole } from '../format.ts'
import { algorithmName } from '../names.ts'
import { Card } from './card.tsx'
import { Empty } from './states.tsx'

type Detectors = Answer<'/models/performance'>['detectors']['items']

export const DetectorCard = ({ detectors }: { detectors: Detectors }) => (
  <Card title="Detectors" note="In the newest scan: how often each agrees with what the scan concluded">
    {detectors.length === 0 ? (
      <Empty>Nothing is scanned yet.</Empty>
    ) : (
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
          </tr>
        </thead>
        <tbody>
          {detectors.map((detector) => (
            <tr>
              <th scope="row">{algorithmName(detector.algorithm)}</th>
              <td class="number">{whole(detector.scored)}</td>
              <td class="number">{whole(detector.anomalies)}</td>
              <td class="number">{percent(detector.agreement, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </Card>
)
