import { useState } from 'preact/hooks'
import type { Params } from '../api.ts'
import { featureLabel } from '../feature-labels.ts'
import { score } from '../format.ts'
import { useAnswer } from '../use-answer.ts'
import { Card } from './card.tsx'
import { Meter } from './level.tsx'
import { Show } from './states.tsx'

type Kind = NonNullable<NonNullable<Params<'/features/importance'>['query']>['kind']>

const kinds: readonly (readonly [Kind, string])[] = [
  ['mean_abs_shap', 'Mean |SHAP|'],
  ['gain', 'Gain'],
  ['split', 'Splits'],
]

export function ImportanceCard() {
  const [kind, setKind] = useState<Kind>('mean_abs_shap')
  const importance = useAnswer('/features/importance', { query: { kind } })
  return (
    <Card
      title="What the current risk model looks at"
      tools={
        <select
          aria-label="Kind of importance"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Kind)}
        >
          {kinds.map(([value, name]) => (
            <option value={value}>{name}</option>
          ))}
        </select>
      }
    >
      <Show of={importance} what="importance">
        {({ feature_importance: ranked }) => (
          <table class="plain importance">
            <tbody>
              {ranked.map(({ feature_name, importance_score }) => (
                <tr>
                  <th scope="row" title={feature_name}>
                    {featureLabel(feature_name)}
                  </th>
                  <td class="bar">
                    <Meter share={importance_score / (ranked[0]!.importance_score || 1)} />
                  </td>
                  <td class="number">{score(importance_score, 4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Show>
    </Card>
  )
}
