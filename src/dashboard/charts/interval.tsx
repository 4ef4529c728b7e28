interface IntervalProps {
  readonly lower: number | null
  readonly value: number | null
  readonly upper: number | null
  /** What the plots of all rows span. */
  readonly span: readonly [least: number, most: number]
  /** A value that all rows are held against. */
  readonly reference: number | null
}

/** A figure as a dot on the line of its 95 % interval; the numbers stand beside it. */
export function Interval({ lower, value, upper, span: [least, most], reference }: IntervalProps) {
  const place = (at: number): string => `${(((at - least) / (most - least || 1)) * 100).toFixed(1)}%`
  return (
    <span class="interval" aria-hidden="true">
      {reference !== null && <span class="reference" style={{ left: place(reference) }} />}
      {lower !== null && upper !== null && (
        <span
          class="whisker"
          style={{ left: place(lower), width: `calc(${place(upper)} - ${place(lower)})` }}
        />
      )}
      {value !== null && <span class="dot" style={{ left: place(value) }} />}
    </span>
  )
}
