const daySeconds = 86_400

/** Seconds since 1970, ascending; beside each the value, null where it is unknown. */
export interface TimedValues {
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** The same with an unknown value wherever a day or more is missing, so that no line runs through what nobody observed. */
export function withUnknownDays({ times, values }: TimedValues): TimedValues {
  const points = times.flatMap((time, i) => {
    const before = times[i - 1]
    const isAfterGap = before !== undefined && time - before > 1.5 * daySeconds
    return [...(isAfterGap ? [[before + daySeconds, null] as const] : []), [time, values[i] ?? null] as const]
  })
  return { times: points.map(([time]) => time), values: points.map(([, value]) => value) }
}

/** The known values that no line reaches: both neighbours are unknown. */
export const lonelyIn = (values: TimedValues['values']): number[] =>
  values.flatMap((value, i) =>
    value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [],
  )
