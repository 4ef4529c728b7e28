import type { Random } from '../../../models/random.ts'

/** Stands for a number that JSON text can hold and `JSON.stringify` cannot write. */
const overflow = '\u0000overflow'
const notANumber = '\u0000nan'

/** Turns a share of the numbers into what no value can be: negative, null, text, or beyond every bound. */
export function spoilNumbers(body: string, random: Random, share: number): string {
  const spoilt = (value: number): unknown => {
    const choices = [-Math.abs(value) - 1, null, 'NaN', 1e300, overflow]
    return choices[random.below(choices.length)]
  }
  return rewriteNumbers(body, (value) => (random.next() < share ? spoilt(value) : value))
}

/** Writes a share of the numbers, one at least, as Python does: a bare `NaN`, which is no JSON. */
export function spoilWithNaN(body: string, random: Random, share: number): string {
  let isFirst = true
  return rewriteNumbers(body, (value) => {
    if (!isFirst && random.next() >= share) return value
    isFirst = false
    return notANumber
  })
}

function rewriteNumbers(body: string, rewrite: (value: number) => unknown): string {
  const parsed: unknown = tryParse(body)
  if (parsed === undefined) return body
  return JSON.stringify(parsed, (_, value: unknown) => (typeof value === 'number' ? rewrite(value) : value))
    .replaceAll(JSON.stringify(overflow), '1e999')
    .replaceAll(JSON.stringify(notANumber), 'NaN')
}

/** Plain-text errors have no numbers to spoil. */
function tryParse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
