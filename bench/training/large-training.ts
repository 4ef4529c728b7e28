import { createRandom } from '../../models/random.ts'
import { numericFeatureNames } from '../../src/domain/feature-names.ts'
import type { Samples } from '../../src/training/samples.ts'
import { trainRiskModel } from '../../src/training/train-risk-model.ts'

export interface LargeTraining {
  readonly rows: number
  readonly seconds: number
  readonly peakMegabytes: number
}

/** Run as a process of its own: trains on a whole market and prints its peak memory. */
const protocols = 6500
const weeks = 13
const random = createRandom(1)
const rows = protocols * weeks
const width = numericFeatureNames.length
const codes = (draw: (row: number) => number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => draw(i))
const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `name-${i}`)

const numeric = Float64Array.from({ length: rows * width }, () => random.normal())
const label = codes((i) => {
  const risk = numeric[i * width]! - numeric[i * width + 3]! + 2 * random.normal()
  return risk > 3.5 ? 2 : risk > 2 ? 1 : 0
})
const protocol = { codes: codes((i) => i % protocols), names: named(protocols) }
const samples: Samples = {
  vectors: {
    rows,
    day: codes((i) => 18_630 + 7 * Math.floor(i / protocols)),
    protocol,
    numeric,
    category: { codes: codes((i) => (i % protocols) % 30), names: named(30) },
    chain: { codes: codes((i) => (i % protocols) % 60), names: named(60) },
  },
  label,
  fall: new Float64Array(rows),
  relativeFall: new Float64Array(rows),
  family: protocol,
  horizonDays: 14,
  historyDays: 30,
}
const config = {
  algorithm: 'xgboost',
  params: { n_estimators: 20, max_depth: 6 },
  view: 'ranks',
  balance: 'smote',
} as const
const start = performance.now()
trainRiskModel(samples, config, { seed: 1 })
const seconds = (performance.now() - start) / 1000
const measured: LargeTraining = { rows, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
process.stdout.write(JSON.stringify(measured))
