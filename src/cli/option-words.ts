import { InvalidArgumentError } from 'commander'

type Params = Readonly<Record<string, number | string | boolean>>

/** `a,b` */
export function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** A whole number from 0 to 2³¹ − 1, as seeds are. */
export function seed(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 2_147_483_647) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 0 to 2147483647.')
}

/** The id of a run: a UUID. */
export function runId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text
  throw new InvalidArgumentError('Expected the id of a run, such as "tidegauge jobs" shows it.')
}

/** A row count of a page. */
export function pageLimit(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 1000) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.')
}

/** `auto`, or a share of the rows. */
export function contamination(text: string): number | 'auto' {
  if (text === 'auto') return text
  const share = Number(text)
  if (text.trim() !== '' && share > 0 && share <= 0.5) return share
  throw new InvalidArgumentError('Expected "auto" or a number above 0, at most 0.5.')
}

/** `{"max_depth": 6}` */
export function params(text: string): Params {
  const expected = 'Expected a JSON object of numbers, texts and booleans, such as {"max_depth": 6}.'
  const parsed = parseJson(text, expected)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new InvalidArgumentError(expected)
  const stray = Object.entries(parsed).find(
    ([, value]) => !['number', 'string', 'boolean'].includes(typeof value),
  )
  if (stray) throw new InvalidArgumentError(`${expected} "${stray[0]}" is ${JSON.stringify(stray[1])}.`)
  return parsed as Params
}

function parseJson(text: string, expected: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError(expected)
  }
}
