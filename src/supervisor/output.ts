import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { withoutPasswords } from '../logger.ts'

/** Lines of many processes on one stream, each behind the name of its speaker. */
export interface Output {
  /** Passes the lines of a process on, as they come. */
  readonly follow: (name: string, stream: Readable) => void
  /** A line of our own about that process. */
  readonly say: (name: string, text: string) => void
  /** Text without a speaker. */
  readonly print: (text: string) => void
}

const colours = [36, 33, 32, 35, 34, 96, 93, 92]

/** @param names of all speakers, so that their columns line up. */
export function createOutput(stream: NodeJS.WriteStream, names: readonly string[]): Output {
  const width = Math.max(...names.map((name) => name.length))
  const prefixOf = (name: string) => {
    const label = `${name.padEnd(width)} │`
    const colour = colours[Math.max(0, names.indexOf(name)) % colours.length]
    return stream.isTTY ? `\u001b[${colour}m${label}\u001b[0m` : label
  }
  const say = (name: string, text: string) => {
    stream.write(`${prefixOf(name)} ${withoutPasswords(text)}\n`)
  }
  return {
    follow(name, lines) {
      createInterface({ input: lines, crlfDelay: Infinity }).on('line', (line) => say(name, line))
    },
    say,
    print: (text) => void stream.write(`${text}\n`),
  }
}
