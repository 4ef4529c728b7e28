import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { InputError } from '../../errors.ts'
import { readCsvLines } from '../../market/csv-lines.ts'

/** A CSV file as texts, with the places that its errors are told by. */
export interface CsvTable {
  readonly file: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Per row, its line in the file; the header is line 1. */
  readonly lines: readonly number[]
}

/** @throws InputError naming the file and the line: not CSV, a row of another width, a column named twice, no rows */
export async function readCsvTable(file: string): Promise<CsvTable> {
  let header: readonly string[] | undefined
  const rows: (readonly string[])[] = []
  const lines: number[] = []
  await readCsvLines(file, (fields, line) => {
    if (header === undefined) header = headerOf(file, fields)
    else if (!isBlankLine(fields, header)) {
      if (fields.length !== header.length)
        throw new InputError(`${file} line ${line}: expected ${header.length} fields, got ${fields.length}`)
      rows.push(fields)
      lines.push(line)
    }
  })
  if (header === undefined) throw new InputError(`${file}: is empty; expected a header and rows`)
  if (rows.length === 0) throw new InputError(`${file}: has a header but no rows`)
  return { file, header, rows, lines }
}

/** The place of a column. @throws InputError listing the columns there are */
export function columnIndex({ file, header }: CsvTable, name: string): number {
  const index = header.indexOf(name)
  if (index < 0) throw new InputError(`${file}: has no column "${name}"; it has ${header.join(', ')}`)
  return index
}

/** A finite number; NaN for a blank cell or the word NaN. @throws InputError naming file, line and column */
export function numberAt({ file, header, rows, lines }: CsvTable, row: number, column: number): number {
  const text = rows[row]![column]!.trim()
  if (text === '' || text === 'NaN' || text === 'nan') return NaN
  const value = decimal.test(text) ? Number(text) : Infinity
  if (Number.isFinite(value)) return value
  throw new InputError(
    `${file} line ${lines[row]}, column "${header[column]}": expected a number or nothing, got "${text}"`,
  )
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Writes rows as they come; a text with a comma, a quote or a line break is quoted. */
export async function writeCsv(
  file: string,
  header: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): Promise<void> {
  const lines = function* () {
    yield lineOf(header)
    for (const row of rows) yield lineOf(row)
  }
  try {
    await pipeline(lines, createWriteStream(file))
  } catch (error) {
    throw new InputError(`${file}: cannot be written (${(error as Error).message})`, { cause: error })
  }
}

function headerOf(file: string, fields: readonly string[]): readonly string[] {
  // Spreadsheets begin a UTF-8 file with a byte order mark.
  const header = fields.map((name, i) => (i === 0 ? name.replace(/^\uFEFF/, '') : name).trim())
  if (header.some((name) => /[\0\uFFFD]/.test(name)))
    throw new InputError(`${file}: is no text in UTF-8; save it as "CSV UTF-8"`)
  const double = header.find((name, i) => header.indexOf(name) !== i)
  if (double !== undefined) throw new InputError(`${file} line 1: has two columns named "${double}"`)
  return header
}

/** A single column may hold missing values, so only there an empty line is a row. */
function isBlankLine(fields: readonly string[], header: readonly string[]): boolean {
  return header.length > 1 && fields.length <= 1 && (fields[0] ?? '') === ''
}

function lineOf(fields: readonly (string | number)[]): string {
  return `${fields.map(quoted).join(',')}\n`
}

function quoted(field: string | number): string {
  if (typeof field === 'number') return String(field)
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
