import { useState } from 'preact/hooks'
import type { Schemas } from '../api.ts'
import { percent } from '../format.ts'
import { linkTo } from '../route.ts'
import { useAnswer } from '../use-answer.ts'
import { Scroll } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Show } from './states.tsx'

type Origin = Schemas['TrackRecord']['origin']

const shown = 100
const names: Readonly<Record<Origin, string>> = { live: 'As served', 'walk-forward': 'Walk-forward' }

/** The newest of the outcomes "high" that had been called low or medium, of one record at a time. */
export function Misses({ origins }: { origins: readonly Origin[] }) {
  const [chosen, setChosen] = useState(origins[0]!)
  const misses = useAnswer('/risk/track-record/misses', { query: { origin: chosen, limit: shown } })
  return (
    <section class="stack close" aria-label="Misses">
      <div class="line">
        <h3>Misses, newest first</h3>
        {origins.length > 1 && (
          <select
            aria-label="Misses of which record"
            value={chosen}
            onChange={(event) => setChosen(event.currentTarget.value as Origin)}
          >
            {origins.map((origin) => (
              <option value={origin}>{names[origin]}</option>
            ))}
          </select>
        )}
        {origins.length === 1 && <span class="note">{names[chosen]}</span>}
      </div>
      <Show of={misses} what="misses">
        {({ items }) => <MissTable misses={items} />}
      </Show>
    </section>
  )
}

const MissTable = ({ misses }: { misses: readonly Schemas['Miss'][] }) => (
  <Scroll label="Misses, newest first">
    <table class="plain misses">
      <thead>
        <tr>
          <th scope="col">Protocol</th>
          <th scope="col">Predicted on</th>
          <th scope="col">Called</th>
          <th scope="col" class="number">
            P(high)
          </th>
          <th scope="col" class="number">
            Fell
          </th>
          <th scope="col" class="number">
            Beyond the market
          </th>
        </tr>
      </thead>
      <tbody>
        {misses.map((miss) => (
          <tr>
            <th scope="row">
              <a href={linkTo('protocols', miss.protocol_id)}>{miss.protocol_name ?? miss.protocol_id}</a>
            </th>
            <td class="date">{miss.as_of.slice(0, 10)}</td>
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
)
