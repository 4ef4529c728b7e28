import { ModelInputError } from '../errors.ts'
import type { DetectorParams } from './detector.ts'

type Value = number | string | boolean

/** What one hyper-parameter may be. A number lies within `range`; a text is one of `words` or fits `pattern`. */
export interface Parameter<V extends Value = Value> {
  readonly default: V
  readonly range?: readonly [min: number, max: number]
  readonly whole?: boolean
  readonly words?: readonly string[]
  readonly pattern?: RegExp
}

export type ParameterSpec<P> = {
  readonly [K in keyof P]: Parameter<Extract<P[K], Value>>
}

/**
 * Defaults filled in, everything checked.
 * @throws ModelInputError that names the parameter, the value and what is allowed.
 */
export function resolveParams<P>(spec: ParameterSpec<P>, given: DetectorParams): P {
  const parameters = Object.entries<Parameter>(spec as Record<string, Parameter>)
  const known = new Set(parameters.map(([name]) => name))
  const stranger = Object.keys(given).find((name) => !known.has(name))
  if (stranger !== undefined)
    throw new ModelInputError(`Unknown parameter \`${stranger}\`; allowed: ${[...known].join(', ')}`)

  const resolved = parameters.map(([name, parameter]) => {
    const value = given[name] ?? parameter.default
    if (!allows(parameter, value))
      throw new ModelInputError(`Expected \`${name}\` to be ${describe(parameter)}, got ${String(value)}`)
    return [name, value] as const
  })
  return Object.fromEntries(resolved) as P
}

function allows({ default: fallback, range, whole, words, pattern }: Parameter, value: Value): boolean {
  if (typeof value === 'boolean') return typeof fallback === 'boolean'
  if (typeof value === 'string') return words?.includes(value) === true || pattern?.test(value) === true
  return (
    range !== undefined &&
    value >= range[0] &&
    value <= range[1] &&
    (whole !== true || Number.isInteger(value))
  )
}

function describe({ default: fallback, range, whole, words, pattern }: Parameter): string {
  const options = words?.map((word) => `"${word}"`) ?? []
  if (typeof fallback === 'boolean') options.push('true', 'false')
  if (range !== undefined)
    options.push(`a ${whole === true ? 'whole ' : ''}number in ${range[0]} to ${range[1]}`)
  if (pattern !== undefined) options.push(`text like "${String(fallback)}"`)
  return options.join(' or ')
}
