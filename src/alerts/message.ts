/** Reasons as one message: `TVL −38 % in a day; volume × 5 in a day`. */
export function messageOf(reasons: readonly string[]): string {
  const text = reasons.join('; ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
