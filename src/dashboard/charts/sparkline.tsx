import { signedPercent } from '../format.ts'
import type { Sparkline as Series } from '../use-sparklines.ts'

const width = 84
const height = 26
const margin = 2

const measures = { tvl_usd: 'TVL', price_usd: 'Price' } as const

/** Thirty days in one line, and by how much they changed; days that are unknown are gaps. */
export function Sparkline({ measure, values }: Series) {
  const known = values.filter((value) => value !== null)
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined || known.length < 2) return <span class="quiet">–</span>
  const change = first === 0 ? 0 : last / first - 1
  const tone = change < -0.005 ? 'down' : change > 0.005 ? 'up' : 'flat'
  return (
    <span class={`sparkline ${tone}`} title={`${measures[measure]} over 30 days: ${signedPercent(change)}`}>
      <svg
        width={width}
        height={height}
        preserveAspectRatio="none"
        viewBox={`0 0 ${width} ${height}`}
        aria-hidden="true"
      >
        <path d={pathOf(values, known)} />
      </svg>
      <span class="number">
        <span class="hidden">{measures[measure]} </span>
        {signedPercent(change, 0)}
      </span>
    </span>
  )
}

function pathOf(values: readonly (number | null)[], known: readonly number[]): string {
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const x = (day: number): number => margin + (day / (values.length - 1)) * (width - 2 * margin)
  const y = (value: number): number =>
    height - margin - ((value - least) / (most - least || 1)) * (height - 2 * margin)
  let isDrawing = false
  return values
    .map((value, day) => {
      if (value === null) {
        isDrawing = false
        return ''
      }
      const point = `${isDrawing ? 'L' : 'M'}${x(day).toFixed(1)} ${y(value).toFixed(1)}`
      isDrawing = true
      return point
    })
    .join('')
}
