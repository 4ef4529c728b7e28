/**
 * Where a rising curve turns steep: the index farthest below the chord from its first to its last point
 * (Satopää et al., "Finding a Kneedle in a Haystack", 2011, for a convex increasing curve, without smoothing).
 * @param ascending at least one number
 */
export function kneeIndex(ascending: Float64Array): number {
  const last = ascending.length - 1
  const first = ascending[0]!
  const rise = ascending[last]! - first
  if (!(rise > 0)) return last
  let knee = 0
  let farthest = -Infinity
  for (let i = 0; i <= last; i++) {
    const below = i / last - (ascending[i]! - first) / rise
    if (below > farthest) {
      farthest = below
      knee = i
    }
  }
  return knee
}
