import type { Schemas } from '../api.ts'
import { moment, percent } from '../format.ts'
import { Scroll } from './card.tsx'
import { LevelBadge } from './level.tsx'
import { Empty } from './states.tsx'

const shown = 60

/** Every level that a protocol was given, newest first, beside what happened. */
export function LevelHistory({ risks }: { risks: readonly Schemas['Risk'][] }) {
  if (risks.length === 0) return <Empty>No score yet.</Empty>
  return (
    <Scroll label="History of levels">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">As of (UTC)</th>
            <th scope="col">Level</th>
            <th scope="col" class="number">
              P(high)
            </th>
            <th scope="col">Closes</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {risks.slice(0, shown).map((risk) => (
            <tr>
              <th scope="row" class="date">
                {moment(risk.as_of)}
              </th>
              <td>
                <LevelBadge level={risk.risk_level} />
              </td>
              <td class="number">{percent(risk.probabilities?.high, 1)}</td>
              <td class="date">{risk.closes_on}</td>
              <td>{risk.outcome ? <LevelBadge level={risk.outcome} /> : <span class="quiet">open</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
