/** One measured figure. `value` is null where the peer is not installed; `hint` then says how to install it. */
export interface Figure {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  /** `<= 0.6` or `>= 20`; a figure without a goal only informs. */
  readonly goal?: string
  readonly met: boolean | null
  readonly hint?: string
  /** What people want to read beside it, such as the two medians of a ratio. */
  readonly detail?: string
}

export interface FigureInput {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  readonly goal?: string
  readonly hint?: string | undefined
  readonly detail?: string
}

/** Judges the value against the goal. @throws RangeError on a goal that is neither `<= n` nor `>= n`. */
export function figure({ hint, ...input }: FigureInput): Figure {
  return { ...input, met: judge(input.value, input.goal), ...(hint === undefined ? {} : { hint }) }
}

function judge(value: number | null, goal: string | undefined): boolean | null {
  if (goal === undefined) return null
  const match = /^(<=|>=) (\d+(?:\.\d+)?)$/.exec(goal)
  if (!match) throw new RangeError(`Expected a goal such as "<= 0.6" or ">= 20", got "${goal}"`)
  if (value === null) return null
  return match[1] === '<=' ? value <= Number(match[2]) : value >= Number(match[2])
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Wall time of one call, in milliseconds. */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/**
 * Medians of several measurements taken in turn (a b, a b, …), so that a busy spell of the machine hits all of them.
 * Each function answers its own milliseconds; one uncounted round warms them up.
 */
export async function alternate<K extends string>(
  measures: Readonly<Record<K, () => number | Promise<number>>>,
  runs = 5,
): Promise<Record<K, number>> {
  const names = Object.keys(measures) as K[]
  const taken = new Map<K, number[]>(names.map((name) => [name, []]))
  for (let i = 0; i <= runs; i++)
    for (const name of names) {
      const ms = await measures[name]()
      if (i > 0) taken.get(name)!.push(ms)
    }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name)!)])) as Record<K, number>
}

/** A table for people, then one JSON line for machines. */
export function printReport(bench: string, figures: readonly Figure[]): void {
  const rows = figures.map((f) => [
    f.name,
    f.value === null ? '–' : String(rounded(f.value)),
    f.unit,
    f.goal ?? '',
    f.met === null ? '' : f.met ? 'met' : 'missed',
    f.hint ?? f.detail ?? '',
  ])
  const table = [['figure', 'value', 'unit', 'goal', '', ''], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)))
  for (const cells of table)
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
  const plain = figures.map((f) => ({ ...f, value: f.value === null ? null : rounded(f.value) }))
  console.log(JSON.stringify({ bench, figures: plain }))
}

/** Four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** @param share such as 0.99 @returns the smallest value that this share of the values does not exceed */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!
}
