import { percent } from '../format.ts'
import { linkTo } from '../route.ts'
import { useAnswer } from '../use-answer.ts'
import { Scroll } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Show } from './states.tsx'
import type { Origin } from './track-record-card.tsx'

const shown = 100

/** The newest of the outcomes "high" that had been called low or medium. */
export function Misses({ origin }: { origin: Origin }) {
  const misses = useAnswer('/risk/track-record/misses', { query: { origin, limit: shown } })
  return (
    <Show of={misses} what="misses">
      {({ items }) => (
        <Scroll label={`Misses, ${origin}`}>
          <table class="plain misses">
            <caption>Misses, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Protocol</th>
                <th scope="col">Called</th>
                <th scope="col" class="number">
                  P(high)
                </th>
                <th scope="col" class="number">
                  Fell
                </th>
                <th scope="col" class="number" title="Measured against the median of all protocols">
                  By itself
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((miss) => (
                <tr>
                  <th scope="row">
                    <a href={linkTo('protocols', miss.protocol_id)}>
                      {miss.protocol_name ?? miss.protocol_id}
                    </a>
                    <span class="note"> {miss.as_of.slice(0, 10)}</span>
                  </th>
                  <td>
                    <LevelBadge level={miss.risk_level} />
                  </td>
                  <td class="number">{percent(miss.probability_high, 1)}</td>
                  <td class="number">{percent(miss.outcome_fall, 1)}</td>
                  <td class="number">{percent(miss.outcome_relative_fall, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Show>
  )
}
