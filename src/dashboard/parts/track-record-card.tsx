import type { Schemas } from '../api.ts'
import { percent, whole } from '../format.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Empty, Show } from './states.tsx'

/** How often the levels were right, once what they spoke of had happened. */
export function TrackRecordCard() {
  const record = useAnswer('/risk/track-record', {})
  return (
    <Card title="Track record" note="Predictions of this installation whose horizon has passed">
      <Show of={record} what="track record">
        {(known) =>
          known.closed === 0 ? (
            <Empty>
              No prediction has come due yet; the first ones do a horizon after the first training.
            </Empty>
          ) : (
            <Record {...known} />
          )
        }
      </Show>
    </Card>
  )
}

const Record = ({ levels, misses }: Schemas['TrackRecord']) => (
  <>
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Predicted</th>
          <th scope="col" class="number">
            Closed
          </th>
          <th scope="col" class="number">
            Right
          </th>
          <th scope="col" class="number">
            Lost 20 % or more
          </th>
          <th scope="col" class="number">
            Mean fall
          </th>
        </tr>
      </thead>
      <tbody>
        {levels.map((level) => (
          <tr>
            <th scope="row">
              <LevelBadge level={level.risk_level} />
            </th>
            <td class="number">{whole(level.closed)}</td>
            <td class="number">{percent(level.hit_rate, 1)}</td>
            <td class="number">{whole(level.realised_losses)}</td>
            <td class="number">{percent(level.mean_fall, 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <p class="note">{whole(misses)} times a protocol ended high that had been called low or medium.</p>
  </>
)
