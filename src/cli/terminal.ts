/** Where a command speaks: results on standard output, everything else on standard error. */
export interface Terminal {
  /** A line of the result. */
  print(text: string): void
  /** A line on what is going on. */
  note(text: string): void
  /** Somebody watches standard error: a bar may be drawn there. */
  readonly isWatched: boolean
  /** The text in a colour, where colours are wanted. */
  paint(colour: Colour, text: string): string
}

export type Colour = 'green' | 'red' | 'yellow' | 'dim'
const codes: Readonly<Record<Colour, number>> = { green: 32, red: 31, yellow: 33, dim: 2 }

/** @param hasColour false by the user's wish (https://no-color.org) */
export function openTerminal(hasColour: boolean): Terminal {
  const { stdout, stderr } = process
  const isColourful = hasColour && stdout.isTTY
  // A reader that has seen enough, such as `head`, closes the pipe: no reason to complain.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    isWatched: stderr.isTTY,
    paint: (colour, text) => (isColourful ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text),
  }
}

/** The result as one line of JSON, or in words. */
export function report<T>(
  { print }: Terminal,
  { json }: { readonly json?: boolean },
  result: T,
  inWords: (result: T) => string,
): void {
  print(json === true ? JSON.stringify(result) : inWords(result))
}

/** `2026-11-22 02:15 UTC` */
export const minute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`

/** Columns as wide as their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((name, c) => Math.max(name.length, ...rows.map((row) => String(row[c]).length)))
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, c) =>
        typeof cell === 'number' ? String(cell).padStart(widths[c]!) : cell.padEnd(widths[c]!),
      )
      .join('  ')
      .trimEnd()
  return [header, ...rows].map(line).join('\n')
}
