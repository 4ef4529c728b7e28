import type { Answer } from '../api.ts'
import { featureLabel, featureValue } from '../feature-labels.ts'
import { title } from '../names.ts'

/** The 17 features, and what is known to be wrong with the series behind them. */
export const FeatureVector = ({ features, flags, is_stale }: Answer<'/features/protocols/{id}'>) => (
  <>
    <p class="line">
      {is_stale && <span class="badge level-medium">Stale: the last point is older than 3 days</span>}
      {flags.map((flag) => (
        <span class="badge weak">{title(flag)}</span>
      ))}
      {!is_stale && flags.length === 0 && <span class="badge level-low">No quality flags</span>}
    </p>
    <table class="plain">
      <tbody>
        {features.map(({ feature, value }) => (
          <tr>
            <th scope="row" title={feature}>
              {featureLabel(feature)}
            </th>
            <td class={`number ${value === null ? 'quiet' : ''}`}>{featureValue(feature, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
)
