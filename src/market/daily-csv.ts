import { createWriteStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { isCalendarDate } from './calendar-date.ts'
import { readCsvLines } from './csv-lines.ts'
import type { DailyColumns, Dataset } from './dataset.ts'
import { dayNumber, isoDate } from '../domain/calendar.ts'
import { protocolId } from '../domain/market.ts'
import { InputError } from '../errors.ts'

const valueColumns = ['tvl_usd', 'price_usd', 'market_cap_usd', 'volume_usd'] as const
const columns = ['date', 'slug', ...valueColumns] as const
type Column = (typeof columns)[number]

/** Columns that still grow, one push per row. */
interface GrowingColumns {
  readonly day: number[]
  readonly values: Readonly<Record<(typeof valueColumns)[number], number[]>>
}

/**
 * Reads `daily.csv` or `daily.csv.gz` as a stream: rows in any order of protocols, each protocol's dates ascending.
 * @returns one entry per slug, in the order given.
 * @throws InputError naming file, line and column.
 */
export async function readDailyCsv(
  dir: string,
  protocols: readonly { slug: string }[],
): Promise<DailyColumns[]> {
  const growing = protocols.map(emptyColumns)
  const bySlug = new Map(protocols.map(({ slug }, i) => [slug, growing[i]!]))
  const file = await findDailyCsv(dir)
  const columnsOf: FindColumns = (slug) => bySlug.get(slug) ?? `"${slug}" is not in protocols.json`
  await readCsvLines(file, createRowReader(file, columnsOf))
  return growing.map(settle)
}

/**
 * Reads one file in the form of `daily.csv`, compressed where its name ends in `.gz`, without a `protocols.json` beside it.
 * @returns the series of each slug, in the order of first appearance.
 * @throws InputError naming file, line and column.
 */
export async function readBareCsv(file: string): Promise<Map<string, DailyColumns>> {
  const bySlug = new Map<string, GrowingColumns>()
  const columnsOf: FindColumns = (slug) => {
    const known = bySlug.get(slug)
    if (known !== undefined) return known
    const parsed = protocolId.safeParse(slug)
    if (!parsed.success) return `${parsed.error.issues[0]!.message}, got "${slug}"`
    const added = emptyColumns()
    bySlug.set(slug, added)
    return added
  }
  await readCsvLines(file, createRowReader(file, columnsOf))
  return new Map([...bySlug].map(([slug, columns]) => [slug, settle(columns)]))
}

/** Where the rows of a slug go, or what is wrong with the slug. */
type FindColumns = (slug: string) => GrowingColumns | string

/** `date` and `slug` ascending; NaN becomes a blank. */
export async function writeDailyCsv(file: string, dataset: Dataset): Promise<void> {
  await pipeline(Readable.from(csvChunks(dataset)), createGzip(), createWriteStream(file))
}

async function findDailyCsv(dir: string): Promise<string> {
  const found: string[] = []
  for (const name of ['daily.csv', 'daily.csv.gz']) {
    const file = join(dir, name)
    await access(file).then(
      () => found.push(file),
      () => undefined,
    )
  }
  if (found.length === 2)
    throw new InputError(`${dir}: has both daily.csv and daily.csv.gz; keep one of them`)
  const [file] = found
  if (file === undefined) throw new InputError(`${dir}: has neither daily.csv nor daily.csv.gz`)
  return file
}

/** Takes the header first and then one row per call. */
function createRowReader(
  file: string,
  columnsOf: FindColumns,
): (fields: readonly string[], line: number) => void {
  let position: Readonly<Record<Column, number>> | null = null
  let width = 0
  const days = new Map<string, number>()

  let line = 0
  const fail = (column: Column, problem: string): never => {
    throw new InputError(`${file} line ${line}, column ${column}: ${problem}`)
  }
  const readDay = (text: string): number => {
    const known = days.get(text)
    if (known !== undefined) return known
    if (!isCalendarDate(text)) fail('date', `expected a date YYYY-MM-DD, got "${text}"`)
    const day = dayNumber(text)
    days.set(text, day)
    return day
  }
  const readValue = (column: Column, text: string): number => {
    if (text === '') return NaN
    const value = Number(text)
    if (!(value >= 0 && value < Infinity))
      fail(column, `expected a number of at least 0 or a blank, got "${text}"`)
    return value
  }

  return (fields, number) => {
    line = number
    if (position === null) {
      position = readHeader(file, fields)
      width = fields.length
      return
    }
    if (fields.length === 1 && fields[0] === '') return
    if (fields.length !== width)
      throw new InputError(
        `${file} line ${line}: expected ${width} columns as in the header, got ${fields.length}`,
      )
    const slug = fields[position.slug]!
    const target = columnsOf(slug)
    if (typeof target === 'string') return fail('slug', target)
    const day = readDay(fields[position.date]!)
    const last = target.day[target.day.length - 1]
    if (last === day) fail('date', `duplicate day ${isoDate(day)} of "${slug}"`)
    if (last !== undefined && day < last)
      fail('date', `${isoDate(day)} of "${slug}" stands after ${isoDate(last)}; dates must ascend`)
    target.day.push(day)
    for (const column of valueColumns)
      target.values[column].push(readValue(column, fields[position[column]]!))
  }
}

function readHeader(file: string, header: readonly string[]): Record<Column, number> {
  const position = Object.fromEntries(columns.map((column) => [column, header.indexOf(column)]))
  const missing = columns.filter((column) => position[column] === -1)
  if (missing.length > 0)
    throw new InputError(
      `${file} line 1: missing column ${missing.join(', ')}; expected ${columns.join(',')}`,
    )
  return position as Record<Column, number>
}

function emptyColumns(): GrowingColumns {
  return { day: [], values: { tvl_usd: [], price_usd: [], market_cap_usd: [], volume_usd: [] } }
}

function settle({ day, values }: GrowingColumns): DailyColumns {
  return {
    day: Int32Array.from(day),
    tvlUsd: Float64Array.from(values.tvl_usd),
    priceUsd: Float64Array.from(values.price_usd),
    marketCapUsd: Float64Array.from(values.market_cap_usd),
    volumeUsd: Float64Array.from(values.volume_usd),
  }
}

function* csvChunks({ protocols, series }: Dataset): Generator<string> {
  yield `${columns.join(',')}\n`
  const text = (value: number): string => (Number.isNaN(value) ? '' : String(value))
  for (const [p, { slug }] of protocols.entries()) {
    const { day, tvlUsd, priceUsd, marketCapUsd, volumeUsd } = series[p]!
    let chunk = ''
    for (let i = 0; i < day.length; i++)
      chunk += `${isoDate(day[i]!)},${slug},${text(tvlUsd[i]!)},${text(priceUsd[i]!)},${text(marketCapUsd[i]!)},${text(volumeUsd[i]!)}\n`
    yield chunk
  }
}
