import { freePort } from '../../../src/embedded/free-port.ts'
import { eventually } from '../../support/eventually.ts'
import type { LineProcess } from './processes.ts'
import type { Stage } from './stage.ts'

/** A web process that may be killed and started again on its port. */
export interface Web {
  readonly url: string
  process(): LineProcess
  /** Spawns it and waits until it answers. */
  start(): Promise<void>
  submit(name: string, payload: object): Promise<Submitted>
}

export interface Submitted {
  /** Null when there was no answer. */
  readonly status: number | null
  readonly id: string | undefined
  readonly text: string
  readonly ms: number
}

const patienceMs = 10_000

export async function prepareWeb(stage: Stage): Promise<Web> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let current: LineProcess | undefined
  return {
    url,
    process: () => current!,
    async start() {
      current = stage.run('web', { PORT: String(port) })
      await eventually(() => isLive(url), 30_000)
    },
    async submit(name, payload) {
      const startedAt = performance.now()
      try {
        const response = await fetch(`${url}/jobs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, payload }),
          signal: AbortSignal.timeout(patienceMs),
        })
        const text = await response.text()
        const ms = performance.now() - startedAt
        const id = response.status === 202 ? (JSON.parse(text) as { id: string }).id : undefined
        return { status: response.status, id, text, ms }
      } catch (error) {
        return { status: null, id: undefined, text: String(error), ms: performance.now() - startedAt }
      }
    },
  }
}

export function isLive(url: string): Promise<boolean> {
  return fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 200,
    () => false,
  )
}
