import type { UnknownRecord } from '../parsing/envelope.ts'
import type { CatalogueRow } from '../rows.ts'

const parentPrefix = 'parent#'

/** The parent's slug out of `parent#aave`; null when there is none. */
export function parentIdOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const slug = value.startsWith(parentPrefix) ? value.slice(parentPrefix.length) : value
  return slug === '' || slug.length > 128 ? null : slug
}

/**
 * Gives children without a token that of their parent: the parent's own where it is listed, else the one that its other
 * children name, if they agree.
 * @param listed every row of the catalogue, the skipped ones too
 */
export function joinParentTokens(
  rows: readonly CatalogueRow[],
  listed: readonly UnknownRecord[],
): CatalogueRow[] {
  const ofParents = new Map<string, string>()
  for (const raw of listed) {
    const geckoId = raw['gecko_id']
    if (typeof geckoId !== 'string' || geckoId === '' || geckoId.length > 128) continue
    for (const name of [raw['slug'], raw['id']]) {
      if (typeof name === 'string') ofParents.set(parentIdOf(name) ?? '', geckoId)
    }
  }
  const ofSiblings = new Map<string, Set<string>>()
  for (const { protocol } of rows) {
    if (protocol.parentId === null || protocol.geckoId === null) continue
    const tokens = ofSiblings.get(protocol.parentId) ?? new Set()
    ofSiblings.set(protocol.parentId, tokens.add(protocol.geckoId))
  }
  const tokenOf = (parentId: string): string | null => {
    const [token, another] = ofSiblings.get(parentId) ?? []
    return ofParents.get(parentId) ?? (another === undefined ? (token ?? null) : null)
  }
  return rows.map((row) => {
    const { geckoId, parentId } = row.protocol
    if (geckoId !== null || parentId === null) return row
    return { ...row, protocol: { ...row.protocol, geckoId: tokenOf(parentId) } }
  })
}
