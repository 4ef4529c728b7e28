import { ModelInputError } from './errors.ts'

/** Row-major numbers, `rows × columns`. NaN means missing. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

/** @throws ModelInputError when `data` does not hold `rows × columns` numbers. */
export function matrix(rows: number, columns: number, data = new Float64Array(rows * columns)): Matrix {
  if (data.length !== rows * columns)
    throw new ModelInputError(`Expected ${rows} × ${columns} = ${rows * columns} numbers, got ${data.length}`)
  return { rows, columns, data }
}

/** For tests and small inputs; hot paths fill a `Float64Array` directly. */
export function fromRows(rows: readonly (readonly number[])[], columns = rows[0]?.length ?? 0): Matrix {
  const out = matrix(rows.length, columns)
  rows.forEach((row, i) => {
    if (row.length !== columns)
      throw new ModelInputError(`Expected ${columns} columns in row ${i}, got ${row.length}`)
    out.data.set(row, i * columns)
  })
  return out
}

/** A view on row `i`, not a copy. */
export function row(x: Matrix, i: number): Float64Array {
  return x.data.subarray(i * x.columns, (i + 1) * x.columns)
}

/** A copy of the rows at `indices`, in that order. */
export function takeRows(x: Matrix, indices: ArrayLike<number>): Matrix {
  const out = matrix(indices.length, x.columns)
  for (let i = 0; i < indices.length; i++) out.data.set(row(x, indices[i]!), i * x.columns)
  return out
}

/** @throws ModelInputError when `x` has not exactly `columns` columns. */
export function expectColumns(x: Matrix, columns: number): void {
  if (x.columns !== columns) throw new ModelInputError(`Expected ${columns} columns, got ${x.columns}`)
}
