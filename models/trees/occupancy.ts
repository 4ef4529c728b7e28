/**
 * Which bins of a column a node's rows occupy, as a bitmap of 32-bit words. Walking it costs one step per occupied bin, in
 * ascending order, where scanning a histogram would cost one per bin: nodes deep in a tree hold far fewer rows than bins.
 */
export function occupancyWords(bins: number): number {
  return (bins >>> 5) + 1
}

/** Lists the marked bins in ascending order, clears the marks, and answers how many there were. */
export function drainOccupied(marks: Int32Array, words: number, list: Int32Array): number {
  let length = 0
  for (let w = 0; w < words; w++) {
    let word = marks[w]!
    if (word === 0) continue
    marks[w] = 0
    const base = (w << 5) + 31
    while (word !== 0) {
      const lowest = word & -word
      list[length++] = base - Math.clz32(lowest)
      word ^= lowest
    }
  }
  return length
}
