import type { Answer, Params } from '../api.ts'
import { percent, whole } from '../format.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Misses } from './misses.tsx'
import { Empty, Show } from './states.tsx'

export type Origin = NonNullable<NonNullable<Params<'/risk/track-record'>['query']>['origin']>

/** How often the levels were right: of what was served, and of what the current model would have said before. */
export const TrackRecordCard = () => (
  <Card wide title="Track record" note="Predictions whose horizon has passed, against what happened">
    <div class="sides">
      <TrackRecord
        origin="live"
        title="As served"
        note="Predictions of this installation"
        whyEmpty="No prediction has come due yet; the first ones do a horizon after the first training."
      />
      <TrackRecord
        origin="walk-forward"
        title="Walk-forward"
        note="What the current model would have said in the past, refitted month by month on what was known before"
        whyEmpty="The current model has none: it was trained before it was kept, or not trained yet."
      />
    </div>
  </Card>
)

interface TrackRecordProps {
  readonly origin: Origin
  readonly title: string
  readonly note: string
  readonly whyEmpty: string
}

function TrackRecord({ origin, title, note, whyEmpty }: TrackRecordProps) {
  const record = useAnswer('/risk/track-record', { query: { origin } })
  return (
    <section aria-label={`Track record: ${title}`}>
      <h3>{title}</h3>
      <p class="note">{note}</p>
      <Show of={record} what="track record">
        {(known) =>
          known.closed === 0 ? (
            <Empty>{whyEmpty}</Empty>
          ) : (
            <>
              <Levels levels={known.levels} />
              <p class="note">
                {whole(known.misses)} times a protocol ended high that had been called low or medium.
              </p>
              {known.misses > 0 && <Misses origin={origin} />}
            </>
          )
        }
      </Show>
    </section>
  )
}

const Levels = ({ levels }: Pick<Answer<'/risk/track-record'>, 'levels'>) => (
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
          Fell 20 %
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
)
