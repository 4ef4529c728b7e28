import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type CsvError, parse } from 'csv-parse/sync'
import { InputError } from '../errors.ts'

/**
 * Hands each line's fields over in order, the header first; a file that ends in `.gz` is decompressed. A field does
 * not span lines. What `takeFields` throws ends the reading.
 * @throws InputError naming the file, and the line where it is not CSV.
 */
export async function readCsvLines(
  file: string,
  takeFields: (fields: readonly string[], line: number) => void,
): Promise<void> {
  let line = 0
  const takeLine = (text: string): void => {
    line++
    takeFields(splitFields(file, line, text.endsWith('\r') ? text.slice(0, -1) : text), line)
  }
  const takeChunks = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) takeLine(text)
    }
    if (rest !== '') takeLine(rest)
  }
  const bytes = createReadStream(file)
  try {
    await (file.endsWith('.gz') ? pipeline(bytes, createGunzip(), takeChunks) : pipeline(bytes, takeChunks))
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${file}: cannot be read (${(error as Error).message})`, { cause: error })
  }
}

/** Quotes are rare, and a line without one splits several times as fast. */
function splitFields(file: string, line: number, text: string): readonly string[] {
  if (!text.includes('"')) return text.split(',')
  try {
    return parse(text)[0] ?? []
  } catch (error) {
    throw new InputError(`${file} line ${line}: ${faultOf(error as CsvError)}`, { cause: error })
  }
}

/** The parser sees one line at a time and calls each of them line 1. */
function faultOf({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is not closed; a field may not span lines'
  return message.replace(/ at line 1\b/, '')
}
