import { ModelInputError } from '../errors.ts'
import type { Params } from './classifier.ts'

type Value = number | string | boolean

/** What a hyper-parameter may be, and what it is when nobody says. */
export interface Parameter<T extends Value> {
  readonly fallback: T
  readonly allowed: string
  accepts(value: Value): value is T
}

export type ParameterTable = Readonly<Record<string, Parameter<Value>>>
export type Settled<S extends ParameterTable> = {
  readonly [N in keyof S]: S[N] extends Parameter<infer T> ? T : never
}

export function whole(fallback: number, least: number, most = 1e9): Parameter<number> {
  return {
    fallback,
    allowed: `a whole number from ${least} to ${most}`,
    accepts: (v): v is number => Number.isInteger(v) && Number(v) >= least && Number(v) <= most,
  }
}

export function real(fallback: number, least: number, most = 1e9): Parameter<number> {
  return {
    fallback,
    allowed: `a number from ${least} to ${most}`,
    accepts: (v): v is number => typeof v === 'number' && v >= least && v <= most,
  }
}

/** A number in (0, 1]. */
export function share(fallback: number): Parameter<number> {
  return {
    fallback,
    allowed: 'a number above 0, at most 1',
    accepts: (v): v is number => typeof v === 'number' && v > 0 && v <= 1,
  }
}

export function flag(fallback: boolean): Parameter<boolean> {
  return { fallback, allowed: 'true or false', accepts: (v): v is boolean => typeof v === 'boolean' }
}

export function oneOf<const T extends string>(fallback: NoInfer<T>, options: readonly T[]): Parameter<T> {
  return {
    fallback,
    allowed: options.map((option) => `"${option}"`).join(' or '),
    accepts: (v): v is T => options.some((option) => option === v),
  }
}

/** One of some words, or a number. */
export function either<T extends string>(
  words: Parameter<T>,
  numbers: Parameter<number>,
): Parameter<T | number> {
  return {
    fallback: words.fallback,
    allowed: `${words.allowed} or ${numbers.allowed}`,
    accepts: (v): v is T | number => words.accepts(v) || numbers.accepts(v),
  }
}

/**
 * Fills in defaults.
 * @param aliases other names that the original library knows too
 * @throws ModelInputError on an unknown name, a value out of range, or one parameter under two names
 */
export function settle<S extends ParameterTable>(
  owner: string,
  table: S,
  params: Params,
  aliases: Readonly<Record<string, keyof S & string>> = {},
): Settled<S> {
  const settled = new Map<string, Value>()
  for (const [given, value] of Object.entries(params)) {
    const name = Object.hasOwn(aliases, given) ? aliases[given]! : given
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined
    if (!parameter)
      throw new ModelInputError(
        `Expected a parameter of ${owner} (${Object.keys(table).join(', ')}), got ${given}`,
      )
    if (!parameter.accepts(value))
      throw new ModelInputError(
        `Expected ${given} of ${owner} to be ${parameter.allowed}, got ${String(value)}`,
      )
    if (settled.has(name))
      throw new ModelInputError(`Expected ${name} of ${owner} once, got it as ${given} too`)
    settled.set(name, value)
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, { fallback }]) => [name, settled.get(name) ?? fallback]),
  ) as Settled<S>
}
