import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const python = '/usr/bin/python3'

/**
 * A Python library measured beside ours, one thread, in a process of its own that lives through the whole bench.
 * `bench/peers/<script>.py` reads one JSON request per line and answers one JSON line each; it times itself, so that pipes and
 * interpreter start are not counted.
 */
export interface Peer extends AsyncDisposable {
  ask(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** `ask`, reduced to the `ms` of the answer. */
  time(request: Readonly<Record<string, unknown>>): Promise<number>
}

export type PeerOrHint =
  { readonly peer: Peer; readonly hint?: undefined } | { readonly peer: null; readonly hint: string }

export interface PeerSource {
  /** The file name under `bench/peers/`. */
  readonly script: string
  /** Python modules that must import. */
  readonly modules: readonly string[]
  /** The Debian packages that bring them. */
  readonly packages: readonly string[]
}

/** The peer, or the sentence that says how to install it. */
export async function openPeer({ script, modules, packages }: PeerSource): Promise<PeerOrHint> {
  try {
    await promisify(execFile)(python, ['-c', `import ${modules.join(', ')}`])
  } catch {
    return { peer: null, hint: `not measured: install the peer with "apt install ${packages.join(' ')}"` }
  }
  return { peer: startPeer(fileURLToPath(new URL(`../../bench/peers/${script}`, import.meta.url))) }
}

/** Far longer than any request takes; a peer that hangs must not hang the bench. */
const patienceMs = 240_000

/** The peer leads a process group, so that its own worker processes end with it. */
function startPeer(path: string): Peer {
  const child = spawn(python, [path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const endGroup = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  process.once('exit', endGroup)
  const ask = async (request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const timer = setTimeout(endGroup, patienceMs)
    const line = await lines.next()
    clearTimeout(timer)
    if (line.done)
      throw new Error(`The peer ${path} ended, or took over ${patienceMs / 1000} s, without an answer`)
    return JSON.parse(line.value) as Record<string, unknown>
  }
  return {
    ask,
    time: async (request) => Number((await ask(request))['ms']),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          process.off('exit', endGroup)
          endGroup()
          resolve()
        })
        child.stdin.end()
      }),
  }
}
