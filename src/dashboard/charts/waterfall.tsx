import { featureLabel, featureValue } from '../feature-labels.ts'
import { percent, score, signed } from '../format.ts'
import type { Schemas } from '../api.ts'

type Shap = Schemas['Shap']

interface Step {
  readonly label: string
  readonly value: string
  readonly from: number
  readonly to: number
}

const shown = 10

/** How the features lead from the mean of all protocols to this one's score, one bar after the other. */
export function Waterfall({ shap }: { shap: Shap }) {
  const steps = stepsOf(shap)
  const ends = steps.flatMap(({ from, to }) => [from, to])
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  const place = (value: number): number => ((value - least) / (most - least || 1)) * 100
  const show =
    shap.output_space === 'probability'
      ? (value: number) => percent(value, 1)
      : (value: number) => score(value)
  return (
    <figure class="waterfall" style={{ '--base': `${place(shap.base_value)}%` }}>
      <table class="plain">
        <caption class="hidden">Contribution of each feature to the score of class high</caption>
        <tbody>
          <tr class="total">
            <th scope="row">Mean of the training rows</th>
            <td class="track" />
            <td class="number">{show(shap.base_value)}</td>
          </tr>
          {steps.map(({ label, value, from, to }) => (
            <tr>
              <th scope="row">
                {label} <span class="note">{value}</span>
              </th>
              <td class="track">
                <span
                  class={`step ${to >= from ? 'up' : 'down'}`}
                  style={{
                    left: `${place(Math.min(from, to))}%`,
                    width: `${Math.max(0.8, Math.abs(place(to) - place(from)))}%`,
                  }}
                />
              </td>
              <td class={`number ${to >= from ? 'up' : 'down'}`}>{signed(to - from)}</td>
            </tr>
          ))}
          <tr class="total">
            <th scope="row">This protocol</th>
            <td />
            <td class="number">{show(shap.output_value)}</td>
          </tr>
        </tbody>
      </table>
      <figcaption class="note">
        {shap.output_space === 'probability'
          ? 'Probability of class high, before calibration.'
          : 'Log-odds of class high (raw margin), before calibration.'}{' '}
        Red raises the risk, green lowers it; the line is where every protocol starts.
      </figcaption>
    </figure>
  )
}

function stepsOf({ base_value, shap_values }: Shap): Step[] {
  let at = base_value
  const step = (label: string, value: string, size: number): Step => ({
    label,
    value,
    from: at,
    to: (at += size),
  })
  const single = shap_values
    .slice(0, shown)
    .map(({ feature, value, shap_value }) =>
      step(featureLabel(feature), featureValue(feature, value), shap_value),
    )
  const rest = shap_values.slice(shown)
  if (rest.length === 0) return single
  return [
    ...single,
    step(
      `${rest.length} other features`,
      '',
      rest.reduce((sum, one) => sum + one.shap_value, 0),
    ),
  ]
}
