import { z } from 'zod'
import { utcDate } from '../../domain/calendar.ts'
import { protocolId } from '../../domain/market.ts'
import type { Parsed, RefusalReason } from '../fetched.ts'
import { isRecord, openEnvelope, type UnknownRecord } from '../parsing/envelope.ts'
import { checkIdentifier } from '../parsing/identifier.ts'
import { checkNumber, isRefusal } from '../parsing/numbers.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { CatalogueRow } from '../rows.ts'
import { mainChain } from './chain-tvls.ts'
import { listedParentTokens, parentIdOf, withParentTokens } from './parent-tokens.ts'

const envelope = z.array(z.unknown())

/** No DeFi protocols: exchanges that hold customers' coins, and the chains themselves. Bridges stay. */
const skippedCategories: ReadonlySet<unknown> = new Set(['CEX', 'Chain'])

/**
 * `GET /protocols`. A child protocol without a token takes that of its parent where the catalogue tells it; see
 * `parentsWithoutToken` for the rest.
 * @throws MalformedBodyError
 */
export function parseCatalogue(body: unknown): Parsed<CatalogueRow> {
  const refusals = new Refusals('defillama', 'protocols')
  const rows = new Map<string, CatalogueRow>()
  const listed: UnknownRecord[] = []
  for (const raw of openEnvelope(envelope, body)) {
    if (!isRecord(raw)) {
      refusals.refuse(null, 'bad-shape', raw)
      continue
    }
    listed.push(raw)
    if (skippedCategories.has(raw['category'])) continue
    const row = toCatalogueRow(raw)
    if (typeof row === 'string') refusals.refuse(raw['slug'], row, raw)
    else if (rows.has(row.protocol.id)) refusals.refuse(row.protocol.id, 'duplicate-key', raw)
    else rows.set(row.protocol.id, row)
  }
  const believed = [...rows.values()]
  return refusals.beside(withParentTokens(believed, listedParentTokens(believed, listed)))
}

/** One row, or why it is refused. Only what is stored is looked at; a wrong type there refuses the row. */
function toCatalogueRow(raw: UnknownRecord): CatalogueRow | RefusalReason {
  const slug = protocolId.safeParse(raw['slug'])
  if (!slug.success) return 'bad-slug'
  const name = raw['name']
  if (typeof name !== 'string' || name.trim() === '' || name.length > 256) return 'bad-name'
  const tvlUsd = checkNumber(raw['tvl'], 'tvlUsd')
  if (isRefusal(tvlUsd)) return tvlUsd
  const symbol = optionalText(raw['symbol'], 64)
  const geckoId = optionalText(raw['gecko_id'], 128)
  const category = optionalText(raw['category'], 128)
  const chains = raw['chains'] === undefined ? [] : raw['chains']
  const defillamaId = checkIdentifier(raw['id'])
  if (symbol === undefined || geckoId === undefined || category === undefined) return 'bad-shape'
  if (defillamaId === undefined || !isChainList(chains)) return 'bad-shape'
  const listedAt = optionalDate(raw['listedAt'])
  const deadFrom = optionalDate(raw['deadFrom'])
  if (listedAt === undefined || deadFrom === undefined) return 'bad-date'
  const protocol = {
    id: slug.data,
    name,
    symbol: symbol === '-' ? null : symbol,
    geckoId,
    category,
    chains,
    mainChain: mainChain(raw['chainTvls']) ?? chains[0] ?? null,
    defillamaId,
    parentId: parentIdOf(raw['parentProtocol']),
    listedAt,
    deadFrom,
  }
  return { protocol, tvlUsd }
}

/** The text, null when there is none, undefined when it is no text or too long. */
function optionalText(value: unknown, longest: number): string | null | undefined {
  if (value === null || value === undefined || value === '') return null
  return typeof value === 'string' && value.length <= longest ? value : undefined
}

function isChainList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= 1000 &&
    value.every((chain) => typeof chain === 'string' && chain.length <= 128)
  )
}

/** A date as unix seconds or `YYYY-MM-DD`; null when there is none, undefined when it is neither. */
function optionalDate(value: unknown): string | null | undefined {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'number' && value >= 0 && value < 1e11) return utcDate(new Date(value * 1000))
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined
  const parsed = new Date(`${value}T00:00:00Z`)
  return Number.isNaN(parsed.getTime()) || utcDate(parsed) !== value ? undefined : value
}
