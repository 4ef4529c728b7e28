import { InputError } from '../../errors.ts'

/** At most `calls` HTTP calls in any sliding window of `windowMs`. */
export interface Budget {
  readonly calls: number
  readonly windowMs: number
}

const pattern = /^(\d{1,7})\/(\d{1,5})s$/

/** Reads a budget such as `10/60s`: calls per sliding window of seconds. @throws InputError naming the text */
export function parseBudget(text: string): Budget {
  const match = pattern.exec(text.trim())
  const calls = Number(match?.[1])
  const seconds = Number(match?.[2])
  if (!(calls >= 1 && seconds >= 1)) {
    throw new InputError(`Expected a budget such as "10/60s" (calls/seconds, both at least 1), got "${text}"`)
  }
  return { calls, windowMs: seconds * 1000 }
}

export function formatBudget({ calls, windowMs }: Budget): string {
  return `${calls}/${windowMs / 1000}s`
}
