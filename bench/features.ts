import { createRandom } from '../models/random.ts'
import { buildFeatures, defaultWindowDays } from '../src/features/build.ts'
import { buildFeatureHistory, mondays } from '../src/features/history.ts'
import { forwardOutcome } from '../src/features/labels.ts'
import { marketMoves } from '../src/features/market-moves.ts'
import type { DailySeries } from '../src/features/series.ts'
import { alternate, figure, timed, type Figure } from './report.ts'

const protocols = 6_500
const trainingWeeks = 13
const horizonDays = 30
const traits = { category: 'Lending', mainChain: 'Ethereum' }

/** All features of the whole catalogue on one core, and what training and scanning ask of the same code. */
export async function run(): Promise<Figure[]> {
  const short = randomWalks(defaultWindowDays)
  const long = randomWalks(defaultWindowDays + 7 * trainingWeeks)
  const days = mondays(defaultWindowDays, defaultWindowDays + 7 * trainingWeeks)

  const ms = await alternate({
    vectors: () => timed(() => short.map((series) => buildFeatures(series, traits, defaultWindowDays - 1))),
    samples: () => timed(() => long.map((series) => buildFeatureHistory(series, traits, days))),
    labels: () => timed(() => days.map((day) => labelAll(long, day))),
  })
  return [
    seconds(`features of ${protocols} protocols × ${defaultWindowDays} days`, ms.vectors, '<= 4'),
    seconds(`${protocols} protocols × ${days.length} weekly samples`, ms.samples),
    seconds('labels of these samples, market moves included', ms.labels),
  ]
}

function labelAll(all: readonly DailySeries[], day: number): unknown[] {
  const moves = marketMoves(all, day, horizonDays)
  const options = { horizonDays, knownUpToDay: Infinity, marketMoves: moves }
  return all.map((series) => forwardOutcome(series, day, options))
}

function seconds(name: string, ms: number, goal?: string): Figure {
  return figure({ name, value: ms / 1000, unit: 's on one core', ...(goal === undefined ? {} : { goal }) })
}

function randomWalks(length: number): DailySeries[] {
  const random = createRandom(7)
  const walk = (start: number): Float64Array => {
    let level = start
    return Float64Array.from({ length }, () => (level *= Math.exp(0.05 * random.normal())))
  }
  return Array.from({ length: protocols }, (_, i) => ({
    protocolId: `protocol-${i}`,
    firstDay: 0,
    tvlUsd: walk(1e7),
    priceUsd: walk(5),
    marketCapUsd: walk(3e7),
    volumeUsd: walk(1e6),
  }))
}
