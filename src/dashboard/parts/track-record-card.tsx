import type { Schemas } from '../api.ts'
import { percent, whole } from '../format.ts'
import { type Resource, useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Misses } from './misses.tsx'
import { Empty, Show } from './states.tsx'

type Record = Schemas['TrackRecord']

/** How often the levels were right: of what was served, and of what the current model would have said before. */
export function TrackRecordCard() {
  const live = useAnswer('/risk/track-record', { query: { origin: 'live' } })
  const walkForward = useAnswer('/risk/track-record', { query: { origin: 'walk-forward' } })
  const withMisses = [live, walkForward].flatMap(({ data }) => (data && data.misses > 0 ? [data.origin] : []))
  return (
    <Card wide title="Track record" note="Predictions whose horizon has passed, against what happened">
      <div class="sides">
        <Side
          record={live}
          title="As served"
          note="Predictions of this installation"
          whyEmpty="No prediction has come due yet; the first ones do a horizon after the first training."
        />
        <Side
          record={walkForward}
          title="Walk-forward"
          note="The current model in the past, refitted month by month on what was known before"
          whyEmpty="There is none: the current model was trained before it was kept, or is not trained yet."
        />
      </div>
      {withMisses.length > 0 && <Misses key={withMisses[0]} origins={withMisses} />}
    </Card>
  )
}

interface SideProps {
  readonly record: Resource<Record>
  readonly title: string
  readonly note: string
  readonly whyEmpty: string
}

const Side = ({ record, title, note, whyEmpty }: SideProps) => (
  <section class="stack close" aria-label={`Track record: ${title}`}>
    <div>
      <h3>{title}</h3>
      <p class="note">{note}</p>
    </div>
    <Show of={record} what="track record">
      {({ closed, levels, misses }) =>
        closed === 0 ? (
          <Empty>{whyEmpty}</Empty>
        ) : (
          <>
            <Levels levels={levels} />
            <p class="note">
              {whole(misses)} times a protocol ended high that had been called low or medium.
            </p>
          </>
        )
      }
    </Show>
  </section>
)

const Levels = ({ levels }: Pick<Record, 'levels'>) => (
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
        <th scope="col" class="number" title="20 % or more, held for three values">
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
