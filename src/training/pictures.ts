import { calibrationBins } from '../../models/metrics/probability.ts'
import { rankingSteps } from '../../models/metrics/ranking.ts'

/** Pictures of probabilities as SVG text; readable on a light and on a dark page. */

interface Point {
  readonly x: number
  readonly y: number
}

interface Curve {
  readonly name: string
  readonly points: readonly Point[]
  /** Marks each point, with an area that grows with this. */
  readonly sizes?: readonly number[]
}

interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly curves: readonly Curve[]
  /** The far end of both axes, which begin at 0. */
  readonly xMax: number
  readonly yMax: number
  readonly dashed?: { readonly from: Point; readonly to: Point }
}

const side = { width: 560, height: 400, left: 76, right: 28, top: 40, bottom: 56 }
const colours = ['#1f77b4', '#d95f02', '#7570b3', '#1b9e77', '#e7298a', '#888888']

/** Promised against observed probability; on the dashed line promise and outcome agree. */
export function reliabilityDiagram(
  curves: readonly {
    readonly name: string
    readonly positive: ArrayLike<number>
    readonly probability: ArrayLike<number>
  }[],
): string {
  const drawn = curves.map(({ name, positive, probability }) => {
    const bins = calibrationBins(positive, probability, 10)
    return {
      name,
      points: bins.map(({ meanProbability, observed }) => ({ x: meanProbability, y: observed })),
      sizes: bins.map(({ rows }) => rows),
    }
  })
  const most = Math.max(0.05, ...drawn.flatMap(({ points }) => points.flatMap(({ x, y }) => [x, y])))
  const far = Math.min(1, Math.ceil(most * 22) / 20)
  return chart({
    title: 'Reliability of the probability of "high"',
    xLabel: 'promised probability (mean of a tenth of the rows)',
    yLabel: 'share that turned out high',
    curves: drawn,
    xMax: far,
    yMax: far,
    dashed: { from: { x: 0, y: 0 }, to: { x: far, y: far } },
  })
}

/** Precision at each recall; the dashed line is a random order. */
export function precisionRecallCurve(
  curves: readonly {
    readonly name: string
    readonly positive: ArrayLike<number>
    readonly score: ArrayLike<number>
  }[],
  baseRate: number,
): string {
  const drawn = curves.map(({ name, positive, score }) => {
    const steps = rankingSteps(positive, score)
    const positives = steps.at(-1)?.hits ?? 0
    // The first few rows swing between 0 and 1 and say nothing.
    const settled = steps.filter(({ taken }) => taken >= 10)
    return { name, points: settled.map(({ taken, hits }) => ({ x: hits / positives, y: hits / taken })) }
  })
  const most = Math.max(baseRate, ...drawn.flatMap(({ points }) => points.map(({ y }) => y)))
  return chart({
    title: 'Precision and recall of "high"',
    xLabel: 'recall: share of all high rows found',
    yLabel: 'precision: share of the named rows that were high',
    curves: drawn,
    xMax: 1,
    yMax: Math.min(1, Math.ceil(most * 22) / 20),
    dashed: { from: { x: 0, y: baseRate }, to: { x: 1, y: baseRate } },
  })
}

function chart({ title, xLabel, yLabel, curves, xMax, yMax, dashed }: Chart): string {
  const right = side.width - side.right
  const bottom = side.height - side.bottom
  const at = ({ x, y }: Point): Point => ({
    x: side.left + (x / xMax) * (right - side.left),
    y: bottom - (y / yMax) * (bottom - side.top),
  })
  const place = (point: Point): string => `${at(point).x.toFixed(1)},${at(point).y.toFixed(1)}`
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const x = at({ x: part * xMax, y: 0 }).x.toFixed(1)
    const y = at({ x: 0, y: part * yMax }).y.toFixed(1)
    return [
      `<path class="grid" d="M${x} ${side.top}V${bottom}M${side.left} ${y}H${right}"/>`,
      `<text x="${x}" y="${bottom + 18}" text-anchor="middle">${percent(part * xMax)}</text>`,
      `<text x="${side.left - 8}" y="${y}" dy="4" text-anchor="end">${percent(part * yMax)}</text>`,
    ]
  })
  const lines = curves.flatMap(({ name, points, sizes }, k) => {
    const colour = colours[k % colours.length]!
    const largest = Math.max(...(sizes ?? [1]))
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(place).join(' ')}"/>`,
      ...(sizes ?? []).map((size, i) => {
        const { x, y } = at(points[i]!)
        const radius = 2 + 3 * Math.sqrt(size / largest)
        return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${colour}"/>`
      }),
      `<text x="${right - 8}" y="${side.top + 16 + 18 * k}" text-anchor="end" style="fill:${colour}">${escaped(name)}</text>`,
    ]
  })
  const dash = dashed ? [`<polyline class="dash" points="${place(dashed.from)} ${place(dashed.to)}"/>`] : []
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side.width} ${side.height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#777}.title{font-size:14px;font-weight:600}.grid{stroke:#8884;fill:none}.dash{stroke:#888;stroke-dasharray:5 4;fill:none}</style>',
    `<text class="title" x="${side.left}" y="22">${escaped(title)}</text>`,
    ...ticks,
    ...dash,
    ...lines,
    `<text x="${(side.left + right) / 2}" y="${side.height - 14}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(16 ${(side.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
