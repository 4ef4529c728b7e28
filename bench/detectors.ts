import { createDetector } from '../models/detectors/catalogue.ts'
import type { DetectorAlgorithm, DetectorParams } from '../models/detectors/detector.ts'
import { fitRobustScaler } from '../models/detectors/robust-scaler.ts'
import { type Matrix, matrix, row } from '../models/matrix.ts'
import { createRandom } from '../models/random.ts'
import { silhouette } from '../models/selection/silhouette.ts'
import { openPeer, type PeerOrHint } from './peer.ts'
import { alternate, type Figure, figure, timed } from './report.ts'

const columns = 15
const eps = 0.9
const warmUps = { 500: 10, 5000: 1 }
const runs = { 500: 11, 5000: 5 }
const contenders = [
  'isolation-forest',
  'lof',
  'one-class-svm',
  'autoencoder',
  'dbscan',
  'silhouette',
] as const
type Contender = (typeof contenders)[number]

/** Fit and score of the training rows by five detectors, and the silhouette of two labels, against scikit-learn. */
export async function run(): Promise<Figure[]> {
  const { peer, hint }: PeerOrHint = await openPeer({
    script: 'detectors.py',
    modules: ['sklearn', 'numpy'],
    packages: ['python3-sklearn'],
  })
  await using owned = peer
  const figures: Figure[] = []
  for (const rows of [500, 5000] as const) {
    const x = market(rows)
    const labels = Int32Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? 1 : 0))
    await owned?.ask({ rows: Array.from({ length: rows }, (_, i) => Array.from(row(x, i))) })
    const ratios: number[] = []
    for (const contender of contenders) {
      const own = (): Promise<number> => timed(() => runOwn(contender, x, labels))
      const name = `${contender} ${rows}x${columns}`
      if (owned === null) {
        figures.push(figure({ name, value: null, unit: 'ratio to scikit-learn', goal: '<= 1.5', hint }))
        continue
      }
      const request = {
        run: contender,
        eps,
        ...(contender === 'silhouette' && { labels: Array.from(labels) }),
      }
      // scikit-learn is compiled; a worker process that has run for a minute is, too.
      for (let i = 0; i < warmUps[rows]; i++) await own()
      const { ours, theirs } = await alternate({ ours: own, theirs: () => owned.time(request) }, runs[rows])
      ratios.push(ours / theirs)
      figures.push(
        figure({
          name,
          value: ours / theirs,
          unit: 'ratio to scikit-learn',
          goal: '<= 1.5',
          detail: `${ours.toFixed(1)} ms against ${theirs.toFixed(1)} ms`,
        }),
      )
    }
    figures.push(
      figure({
        name: `geometric mean ${rows}x${columns}`,
        value: ratios.length > 0 ? geometricMean(ratios) : null,
        unit: 'ratio to scikit-learn',
        goal: '<= 0.6',
        hint,
      }),
    )
  }
  return figures
}

function runOwn(contender: Contender, x: Matrix, labels: Int32Array): unknown {
  if (contender === 'silhouette') return silhouette(x, labels)
  const params: Partial<Record<DetectorAlgorithm, DetectorParams>> = {
    autoencoder: { hidden: '8-3-8', epochs: 100, batchSize: 32 },
    dbscan: { eps, minPoints: 5 },
  }
  return createDetector(contender, { ...params[contender], scaling: 'none' }).fit(x, { seed: 1 })
}

/** Two crowds that share three factors, with heavy tails, robustly scaled: what features of a market look like. */
function market(rows: number): Matrix {
  const random = createRandom(1)
  const mixing = Float64Array.from({ length: 3 * columns }, () => random.normal())
  const raw = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const tail = Math.exp(0.7 * random.normal())
    const factors = [random.normal(), random.normal(), random.normal()]
    for (let k = 0; k < columns; k++) {
      const common = factors.reduce((sum, factor, f) => sum + factor * mixing[f * columns + k]!, 0)
      raw.data[i * columns + k] = tail * (common + 0.4 * random.normal()) + (i % 3 === 0 ? 2 : 0)
    }
  }
  return fitRobustScaler(raw, 'robust').transform(raw)
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}
