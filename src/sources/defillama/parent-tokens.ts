import { z } from 'zod'
import type { Parsed } from '../fetched.ts'
import type { UnknownRecord } from '../parsing/envelope.ts'
import { Refusals } from '../parsing/refusals.ts'
import type { CatalogueRow, ParentTokenRow } from '../rows.ts'

const parentPrefix = 'parent#'

/** The parent's slug out of `parent#aave`; null when there is none. */
export function parentIdOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const slug = value.startsWith(parentPrefix) ? value.slice(parentPrefix.length) : value
  return slug === '' || slug.length > 128 ? null : slug
}

/**
 * The tokens of parents as far as the catalogue itself tells: the parent's own where it is listed, else the one that a
 * part of its children name, if they agree.
 * @param listed every row of the catalogue as it came, the skipped ones too
 */
export function listedParentTokens(
  rows: readonly CatalogueRow[],
  listed: readonly UnknownRecord[],
): ReadonlyMap<string, string | null> {
  const tokens = new Map<string, string | null>()
  for (const { protocol } of rows) {
    const { geckoId, parentId } = protocol
    if (geckoId === null || parentId === null) continue
    tokens.set(parentId, (tokens.get(parentId) ?? geckoId) === geckoId ? geckoId : null)
  }
  for (const raw of listed) {
    const geckoId = tokenSchema.safeParse(raw['gecko_id']).data
    if (geckoId === undefined) continue
    for (const name of [raw['slug'], raw['id']]) {
      const id = parentIdOf(name)
      if (id !== null) tokens.set(id, geckoId)
    }
  }
  return tokens
}

const tokenSchema = z.string().min(1).max(128)

/** Gives children without a token that of their parent, where it is known to have one. */
export function withParentTokens(
  rows: readonly CatalogueRow[],
  tokens: ReadonlyMap<string, string | null>,
): CatalogueRow[] {
  return rows.map((row) => {
    const { geckoId, parentId } = row.protocol
    if (geckoId !== null || parentId === null) return row
    return { ...row, protocol: { ...row.protocol, geckoId: tokens.get(parentId) ?? null } }
  })
}

/**
 * The parents whose own page must be asked, since their children carry no token: DeFiLlama's catalogue does not list
 * parents. One call each, to be made once and remembered.
 */
export function parentsWithoutToken(rows: readonly CatalogueRow[]): string[] {
  const parents = new Set<string>()
  for (const { protocol } of rows) {
    if (protocol.geckoId === null && protocol.parentId !== null) parents.add(protocol.parentId)
  }
  return [...parents]
}

/** The `gecko_id` of a parent's page, `GET /protocol/{parent}`. */
export function parseParentToken(geckoId: unknown, parentId: string): Parsed<ParentTokenRow> {
  const refusals = new Refusals('defillama', 'protocol')
  const token = tokenSchema.nullish().safeParse(geckoId)
  if (token.success) return refusals.beside([{ parentId, geckoId: token.data ?? null }])
  refusals.refuse(parentId, 'bad-shape', geckoId)
  return refusals.beside([])
}
