/** Row numbers of each distinct value, in ascending order, values in order of first appearance. */
export function rowsByValue(values: ArrayLike<number>): Map<number, number[]> {
  const rowsOf = new Map<number, number[]>()
  for (let row = 0; row < values.length; row++) {
    const rows = rowsOf.get(values[row]!)
    if (rows) rows.push(row)
    else rowsOf.set(values[row]!, [row])
  }
  return rowsOf
}
