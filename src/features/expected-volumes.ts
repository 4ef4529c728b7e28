/** Exponential smoothing of the level that comes and goes in days, and of the one that it returns to. */
const fast = { gain: 0.6, largest: 1.5 }
const slow = { gain: 0.04, largest: 2 }
/** So much of the distance from the slow level is left after a day. */
const lasting = 0.9

/** Each day's volume as it was to be expected the day before. @param volumes newest first; NaN = unknown */
export function expectedVolumes(volumes: Float64Array): Float64Array {
  const expected = new Float64Array(volumes.length)
  let level = NaN
  let base = NaN
  for (let k = volumes.length - 1; k >= 0; k--) {
    expected[k] = base + lasting * (level - base)
    const volume = volumes[k]!
    if (Number.isNaN(volume)) continue
    level = towards(level, volume, fast)
    base = towards(base, volume, slow)
  }
  return expected
}

function towards(level: number, value: number, { gain, largest }: typeof fast): number {
  if (Number.isNaN(level)) return value
  return level + gain * Math.min(Math.max(value - level, -largest), largest)
}
