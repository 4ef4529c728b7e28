import { numericFeatureNames } from '../domain/feature-names.ts'
import { rowsByValue } from '../../models/metrics/groups.ts'
import type { VectorTable } from './vector-table.ts'

/**
 * How a classifier sees the numbers: as they are, or each as its rank among the protocols of the same day. Levels drift
 * with the market, ranks do not.
 */
export const featureViews = ['ranks', 'raw'] as const
export type FeatureView = (typeof featureViews)[number]

/**
 * `raw` is the table itself. `ranks` puts (mid-rank − ½) / count among the known values of the same day in place of each
 * number: in (0, 1), ½ for a lone one, NaN where unknown. Whole days belong in the table: a rank depends on the others.
 */
export function viewed(table: VectorTable, view: FeatureView): VectorTable {
  if (view === 'raw') return table
  const numeric = new Float64Array(table.numeric.length).fill(NaN)
  const width = numericFeatureNames.length
  for (const rows of rowsByValue(table.day).values())
    for (let column = 0; column < width; column++) {
      const cells = rows
        .map((row) => row * width + column)
        .filter((cell) => !Number.isNaN(table.numeric[cell]!))
      rankCells(cells, table.numeric, numeric)
    }
  return { ...table, numeric }
}

/** Equal values share the middle of their ranks. */
function rankCells(cells: number[], values: Float64Array, ranks: Float64Array): void {
  cells.sort((a, b) => values[a]! - values[b]!)
  for (let first = 0, end = 0; first < cells.length; first = end) {
    while (end < cells.length && values[cells[end]!] === values[cells[first]!]) end++
    for (let i = first; i < end; i++) ranks[cells[i]!] = (first + end) / 2 / cells.length
  }
}
