import { z } from 'zod'

export const defaultLimit = 50
const maxLimit = 1000

/** How many rows at most; `?limit=`. */
export const limit = z.coerce
  .number<string>()
  .pipe(z.int().min(1).max(maxLimit))
  .default(defaultLimit)
  .meta({ description: 'Rows in one page', type: 'integer', minimum: 1, maximum: maxLimit })

/**
 * Where a page starts: the sort key of the last row before it, sealed into one word so that clients do not build on it.
 * @param key the tuple of the sort key
 */
export function cursorOf<K extends z.ZodType>(key: K) {
  return z
    .string()
    .max(512)
    .transform((word, context): z.output<K> => {
      const parsed = key.safeParse(unseal(word))
      if (parsed.success) return parsed.data
      context.addIssue({ code: 'custom', message: 'Expected the `next_cursor` of the page before' })
      return z.NEVER
    })
    .optional()
    .meta({ description: 'The `next_cursor` of the page before' })
}

function unseal(word: string): unknown {
  try {
    return JSON.parse(Buffer.from(word, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

const seal = (key: readonly unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url')

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() })
}

/**
 * Makes a page of `limit + 1` rows: the extra row says that there is a next page and is left out.
 * @param keyOf the sort key of a row, in the order of the cursor's tuple
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  keyOf: (row: Row) => readonly unknown[],
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toItem),
    next_cursor: rows.length > limit && last !== undefined ? seal(keyOf(last)) : null,
  }
}
