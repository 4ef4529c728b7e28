import { setTimeout as sleep } from 'node:timers/promises'
import { runService, type ServiceDefinition, type ServiceSurroundings } from './service.ts'

/** An embedded server that is started again, on the same port, when it ends unasked. */
export interface KeptService extends AsyncDisposable {
  readonly port: number
  readonly password: string
  /** Settles with a sentence when the server is gone for good. */
  readonly lost: Promise<string>
}

const MAX_RESTARTS = 5
/** A server that ran this long had started well: its next end counts as the first. */
const STEADY_MS = 60_000

/** @throws when the server cannot be brought up at all. */
export async function keepService(
  definition: ServiceDefinition,
  surroundings: ServiceSurroundings,
): Promise<KeptService> {
  let service = await runService(definition, surroundings)
  const { port, password } = service
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted

  const restart = async () => {
    const next = await runService(definition, surroundings)
    if (next.port === port && !isStopping()) return next
    await next.stop()
    throw new Error(`${definition.name}: its port ${port} was taken in the meantime`)
  }
  const keep = async (): Promise<string> => {
    for (let failures = 0; failures < MAX_RESTARTS; failures++) {
      const startedAt = Date.now()
      await service.ended
      if (isStopping()) break
      if (Date.now() - startedAt > STEADY_MS) failures = 0
      surroundings.notice(`${definition.name} ended, and is started again`)
      // What it leaves behind, such as the last backends of Postgres, takes a moment to go.
      await sleep(500 * 2 ** failures, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (isStopping()) break
      service = await restart().catch((error: unknown) => {
        surroundings.notice(String(error))
        return service
      })
    }
    return `${definition.name} is gone for good`
  }
  const lost = keep()
  return {
    port,
    password,
    lost,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await service.stop()
      await lost
    },
  }
}
