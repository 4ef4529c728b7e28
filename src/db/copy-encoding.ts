/** The daily rows of one protocol; NaN = unknown. */
export interface BulkColumns {
  readonly protocolId: string
  /** Days since 1970-01-01, UTC, no day twice. */
  readonly days: Int32Array
  readonly tvlUsd: Float64Array
  readonly priceUsd: Float64Array
  readonly marketCapUsd: Float64Array
  readonly volumeUsd: Float64Array
}

/** What all rows of a batch have in common. */
export interface BulkStamp {
  readonly source: string
  readonly fetchId: number
}

/** The columns in the order in which `encodeCopy` writes them. */
export const copyColumns =
  'protocol_id, resolution, source, fetch_id, observed_at, tvl_usd, price_usd, market_cap_usd, volume_usd'
const columnCount = 9

const microsecondsPerDay = 86_400_000_000
/** Postgres counts from 2000-01-01. */
const postgresEpochDay = 10_957
/** Field lengths and values of a time and four numbers. */
const variablePart = 5 * 12

/**
 * The rows in the binary form of COPY, one chunk per protocol: numbers go over as they are in memory, without a detour
 * through text. https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function* encodeCopy(batch: readonly BulkColumns[], stamp: BulkStamp): Generator<Buffer> {
  yield Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
  for (const columns of batch) yield encodeProtocol(columns, stamp)
  yield Buffer.from([0xff, 0xff])
}

function encodeProtocol(columns: BulkColumns, { source, fetchId }: BulkStamp): Buffer {
  const { protocolId, days, tvlUsd, priceUsd, marketCapUsd, volumeUsd } = columns
  const fetchBytes = Buffer.alloc(8)
  fetchBytes.writeBigInt64BE(BigInt(fetchId))
  const constantPart = Buffer.concat([
    Buffer.from([0, columnCount]),
    ...[Buffer.from(protocolId), Buffer.from('day'), Buffer.from(source), fetchBytes].flatMap(withLength),
  ])

  const out = Buffer.allocUnsafe(days.length * (constantPart.length + variablePart))
  let at = 0
  for (let i = 0; i < days.length; i++) {
    at += constantPart.copy(out, at)
    at = out.writeInt32BE(8, at)
    at = out.writeBigInt64BE(BigInt((days[i]! - postgresEpochDay) * microsecondsPerDay), at)
    at = writeNumber(out, at, tvlUsd[i]!)
    at = writeNumber(out, at, aboveZero(priceUsd[i]!))
    at = writeNumber(out, at, aboveZero(marketCapUsd[i]!))
    at = writeNumber(out, at, volumeUsd[i]!)
  }
  return out.subarray(0, at)
}

function withLength(field: Buffer): [Buffer, Buffer] {
  const length = Buffer.alloc(4)
  length.writeInt32BE(field.length)
  return [length, field]
}

/** A price or a market cap of 0 is a hole in the feed. */
function aboveZero(value: number): number {
  return value > 0 ? value : NaN
}

function writeNumber(out: Buffer, at: number, value: number): number {
  if (Number.isNaN(value)) return out.writeInt32BE(-1, at)
  return out.writeDoubleBE(value, out.writeInt32BE(8, at))
}
