import { percent } from '../format.ts'

export interface XySeries {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number; readonly text?: string }[]
  readonly look: 'chosen' | 'candidate' | 'baseline' | 'reference'
  readonly hasPoints?: boolean
}

interface XyChartProps {
  readonly title: string
  readonly x: { readonly name: string; readonly max: number }
  readonly y: { readonly name: string; readonly max: number }
  readonly series: readonly XySeries[]
}

const width = 460
const height = 300
const box = { left: 62, right: 22, top: 12, bottom: 44 }
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** Curves of shares over shares, from 0 to a maximum that may lie below 1. */
export function XyChart({ title, x, y, series }: XyChartProps) {
  const px = (value: number): number => box.left + (value / x.max) * (width - box.left - box.right)
  const py = (value: number): number =>
    height - box.bottom - (value / y.max) * (height - box.top - box.bottom)
  const named = series.filter(({ look }) => look !== 'reference')
  return (
    <figure class="xy">
      <figcaption>
        <h3>{title}</h3>
        <ul class="legend">
          {named.map(({ name, look }, index) => (
            <li class={`curve-${look}`} style={{ '--nth': index }}>
              <span class="key" aria-hidden="true" />
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${y.name} against ${x.name}`}>
        <g class="axis">
          {ticks.map((tick) => (
            <>
              <line x1={px(tick * x.max)} x2={px(tick * x.max)} y1={box.top} y2={height - box.bottom} />
              <text x={px(tick * x.max)} y={height - box.bottom + 16} text-anchor="middle">
                {percent(tick * x.max)}
              </text>
              <line x1={box.left} x2={width - box.right} y1={py(tick * y.max)} y2={py(tick * y.max)} />
              <text x={box.left - 6} y={py(tick * y.max) + 4} text-anchor="end">
                {percent(tick * y.max)}
              </text>
            </>
          ))}
          <text x={(box.left + width - box.right) / 2} y={height - 8} text-anchor="middle">
            {x.name}
          </text>
          <text
            x={0}
            y={0}
            text-anchor="middle"
            transform={`translate(13 ${(box.top + height - box.bottom) / 2}) rotate(-90)`}
          >
            {y.name}
          </text>
        </g>
        {series.map(({ points, look, hasPoints, name }) => (
          <g class={`curve curve-${look}`} style={{ '--nth': named.findIndex((one) => one.name === name) }}>
            <path
              d={points
                .map((one, i) => `${i ? 'L' : 'M'}${px(one.x).toFixed(1)} ${py(one.y).toFixed(1)}`)
                .join('')}
            />
            {hasPoints &&
              points.map((one) => (
                <circle cx={px(one.x)} cy={py(one.y)} r={3.5}>
                  {one.text && <title>{one.text}</title>}
                </circle>
              ))}
          </g>
        ))}
      </svg>
    </figure>
  )
}

/** The end of an axis: the largest value, rounded up to a step of five in a hundred. */
export const roundedUp = (largest: number): number =>
  Math.min(1, Math.ceil(Math.max(largest, 0.05) * 20) / 20)
