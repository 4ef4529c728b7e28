/** DeFiLlama's ids: whole numbers, as text or not, and `parent#slug`. */
const pattern = /^(?:\d{1,18}|parent#[^\s]{1,50})$/

/** The id as text, null when there is none, undefined when it is none of DeFiLlama's. */
export function checkIdentifier(value: unknown): string | null | undefined {
  if (value === null || value === undefined || value === '') return null
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && pattern.test(text) ? text : undefined
}
