/** What a key may do; each includes the ones before it. */
export const scopes = ['read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

export const isScope = (word: string): word is Scope => (scopes as readonly string[]).includes(word)

/** Who asks: a key, a session that a key opened, or the machine itself where no key was ever made. */
export interface Principal {
  /** The id of the key, or `loopback`. */
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
}

export function mayUse(principal: Principal, needed: Scope): boolean {
  const rank = scopes.indexOf(needed)
  return principal.scopes.some((scope) => scopes.indexOf(scope) >= rank)
}
