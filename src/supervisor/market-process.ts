import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Config } from '../config.ts'
import { freePort } from '../embedded/free-port.ts'
import { InputError } from '../errors.ts'
import { keepRunning, type ManagedProcess, type ProcessSurroundings } from './managed-process.ts'
import type { Output } from './output.ts'

export interface MarketProcess extends ManagedProcess {
  readonly url: string
  /** Rejects with the server's own words, an {@link InputError}, when it cannot serve what was asked for. */
  readonly ready: Promise<void>
}

/** Starts the local market server, and again on the same port should it crash. */
export async function startMarket(
  market: Config['market'],
  surroundings: ProcessSurroundings,
): Promise<MarketProcess> {
  const port = await freePort()
  const words = [
    ['--mode', market.mode],
    ['--port', port],
    ['--protocols', market.protocols],
    ['--days', market.days],
    ['--seed', market.seed],
    ['--dataset', market.datasetDir],
    ['--as-of', market.asOf],
    ['--speed', market.secondsPerDay],
  ] as const
  const command = words
    .filter(([, value]) => value !== undefined)
    .map(([flag, value]) => `${flag} ${quoted(String(value))}`)
    .join(' ')
  const listener = listenForReady(surroundings.output)
  const running = keepRunning(
    { name: 'market', command: `node dist/src/market/main.js ${command}` },
    { ...surroundings, output: listener.output },
  )
  const ready = Promise.race([listener.ready, running.lost]).then((ending) => {
    if (ending !== undefined) throw new InputError(listener.lastWords() || ending)
  })
  // Whoever waits for it hears of it; until then it is not an error that nobody has handled.
  ready.catch(() => undefined)
  return { ...running, url: `http://127.0.0.1:${port}`, ready }
}

/** The shell takes a text between single quotes as it is. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** Holds the server's lines back until the one that says it serves: until then they are its excuse. */
function listenForReady(output: Output) {
  const held: string[] = []
  let isReady = false
  let announce: () => void
  const ready = new Promise<undefined>((resolve) => (announce = () => resolve(undefined)))
  const follow = (name: string, stream: Readable) => {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith('{"ready":true')) {
        isReady = true
        announce()
      } else if (isReady) output.say(name, line)
      else held.push(line)
    })
  }
  return { ready, lastWords: () => held.join(' '), output: { ...output, follow } }
}
