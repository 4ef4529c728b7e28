import { ModelInputError } from '../errors.ts'
import { rowsByValue } from '../metrics/groups.ts'
import { createRandom, shuffle } from '../random.ts'

/** Row numbers to fit on and to be judged on. */
export interface Fold {
  readonly train: Int32Array
  readonly test: Int32Array
}

/**
 * k folds in which each class has its share, rows shuffled within the class; the counts per class and fold are those of
 * scikit-learn's StratifiedKFold. Time and protocols mix, so figures on these folds are optimistic for forecasts.
 */
export function stratifiedFolds(y: Int32Array, folds: number, seed: number): Fold[] {
  expectFoldCount(folds, y.length)
  const random = createRandom(seed)
  const foldOf = new Int32Array(y.length)
  let dealt = 0
  for (const rows of rowsByValue(y).values()) {
    // Dealing on across classes keeps the fold sizes within one of each other.
    for (const [place, row] of shuffle(rows, random).entries()) foldOf[row] = (dealt + place) % folds
    dealt += rows.length
  }
  return foldsFrom(foldOf, folds)
}

/**
 * k folds that never split a group; groups go, rarest class first, to the fold whose class shares they disturb least
 * (the greedy rule of scikit-learn's StratifiedGroupKFold).
 */
export function groupedFolds(groups: Int32Array, y: Int32Array, folds: number, seed: number): Fold[] {
  const members = [...rowsByValue(groups).values()]
  expectFoldCount(folds, members.length)
  const classes = Math.max(...y) + 1
  const total = countClasses(y, classes)
  const order = shuffle(Int32Array.from(members.keys()), createRandom(seed))
  const sized = Array.from(order, (member) => {
    const rows = members[member]!
    const counts = countClasses(
      rows.map((row) => y[row]!),
      classes,
    )
    return { rows, counts, spread: deviation(counts) }
  })
  sized.sort((a, b) => b.spread - a.spread)

  const held = Array.from({ length: folds }, () => new Float64Array(classes))
  const foldOf = new Int32Array(y.length)
  for (const { rows, counts } of sized) {
    const chosen = leastDisturbed(held, counts, total)
    held[chosen]!.forEach((_, c) => (held[chosen]![c]! += counts[c]!))
    for (const row of rows) foldOf[row] = chosen
  }
  return foldsFrom(foldOf, folds)
}

export interface WalkForwardOptions {
  /** Days between the last training row and the first test row; at least the label's horizon. */
  readonly purgeDays: number
  readonly trainingWindowDays: number
  /** The last part of the span, by days, that is tested on. */
  readonly testFraction: number
}

/**
 * One fold per test period, oldest first: trained only on rows whose outcome was known when the period began, so
 * `purgeDays` before its first day at the latest. Periods whose training rows hold fewer than two classes are left out.
 * @param days per row
 * @param periods per row, for instance the calendar month; ascending with the days
 */
export function walkForwardFolds(
  days: Int32Array,
  periods: Int32Array,
  y: Int32Array,
  options: WalkForwardOptions,
): Fold[] {
  const { purgeDays, trainingWindowDays, testFraction } = options
  const first = days.reduce((a, b) => Math.min(a, b), Infinity)
  const last = days.reduce((a, b) => Math.max(a, b), -Infinity)
  const testFrom = first + (1 - testFraction) * (last - first)
  const folds: Fold[] = []
  for (const [, rows] of [...rowsByValue(periods)].sort(([a], [b]) => a - b)) {
    const test = Int32Array.from(rows.filter((row) => days[row]! >= testFrom))
    if (test.length === 0) continue
    const begin = test.reduce((day, row) => Math.min(day, days[row]!), Infinity)
    const train = rowsWhere(
      days,
      (day) => day <= begin - purgeDays && day > begin - purgeDays - trainingWindowDays,
    )
    if (new Set(train.map((row) => y[row]!)).size > 1) folds.push({ train, test })
  }
  return folds
}

/**
 * k blocks of consecutive days, each left out once with `purgeDays` on both sides, so that no training outcome overlaps
 * a left-out row (purged k-fold, López de Prado 2018, §7.4). For choices made inside a training window.
 */
export function purgedBlockFolds(days: Int32Array, folds: number, purgeDays: number): Fold[] {
  expectFoldCount(folds, days.length)
  const sorted = Int32Array.from(days).sort()
  return Array.from({ length: folds }, (_, k) => {
    const from = k === 0 ? -Infinity : sorted[Math.floor((k * sorted.length) / folds)]!
    const to = k === folds - 1 ? Infinity : sorted[Math.floor(((k + 1) * sorted.length) / folds)]!
    return {
      test: rowsWhere(days, (day) => day >= from && day < to),
      train: rowsWhere(days, (day) => day < from - purgeDays || day >= to + purgeDays),
    }
  }).filter(({ test, train }) => test.length > 0 && train.length > 0)
}

function rowsWhere(days: Int32Array, accept: (day: number) => boolean): Int32Array {
  const rows: number[] = []
  for (let i = 0; i < days.length; i++) if (accept(days[i]!)) rows.push(i)
  return Int32Array.from(rows)
}

function foldsFrom(foldOf: Int32Array, folds: number): Fold[] {
  return Array.from({ length: folds }, (_, k) => ({
    train: rowsWhere(foldOf, (fold) => fold !== k),
    test: rowsWhere(foldOf, (fold) => fold === k),
  }))
}

function countClasses(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1
  return counts
}

function leastDisturbed(held: readonly Float64Array[], added: Float64Array, total: Float64Array): number {
  let best = 0
  let bestCost = Infinity
  let bestRows = Infinity
  held.forEach((_, candidate) => {
    let cost = 0
    for (let c = 0; c < total.length; c++) {
      if (total[c] === 0) continue
      const shares = held.map((counts, k) => (counts[c]! + (k === candidate ? added[c]! : 0)) / total[c]!)
      cost += deviation(shares)
    }
    const rows = held[candidate]!.reduce((a, b) => a + b, 0)
    if (cost < bestCost - 1e-12 || (Math.abs(cost - bestCost) <= 1e-12 && rows < bestRows)) {
      best = candidate
      bestCost = cost
      bestRows = rows
    }
  })
  return best
}

function deviation(values: ArrayLike<number>): number {
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2
  return Math.sqrt(sum / values.length)
}

function expectFoldCount(folds: number, available: number): void {
  if (!Number.isInteger(folds) || folds < 2 || folds > available)
    throw new ModelInputError(`Expected 2 to ${available} folds, got ${folds}`)
}
