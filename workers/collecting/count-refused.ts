import type { Fetched } from '../../src/sources/fetched.ts'

/** All rows that were refused: of those in `refused`, only the first thousand are kept as samples. */
export function countRefused({ refusedCounts }: Pick<Fetched<unknown>, 'refusedCounts'>): number {
  return Object.values(refusedCounts).reduce((sum, count) => sum + count, 0)
}
