/** The most arrivals in any half-open window, of times in any order. @param times milliseconds */
export function busiestWindow(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  let busiest = 0
  let first = 0
  for (const [i, time] of sorted.entries()) {
    while (time - sorted[first]! >= windowMs) first++
    busiest = Math.max(busiest, i - first + 1)
  }
  return busiest
}
