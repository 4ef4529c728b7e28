import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A loopback program between a client and its server that plays the faults of a network. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** What is sent from now on, in both directions, comes so much later. */
  delay(ms: number): void
  /** The connections there are stay open, and nothing passes through them any more; new ones are well. */
  loseConnections(): void
  /** The connections there are end. */
  cutConnections(): void
}

export async function startProxy(targetPort: number): Promise<Proxy> {
  const pairs = new Set<{ client: Socket; server: Socket; isLost: boolean }>()
  let delayMs = 0
  const listener = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1')
    const pair = { client, server, isLost: false }
    pairs.add(pair)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      let last = Promise.resolve()
      from.on('data', (chunk) => {
        const passAt = sleep(delayMs)
        last = Promise.all([last, passAt]).then(() => {
          if (!pair.isLost && to.writable) to.write(chunk)
        })
      })
      // Also what comes of the other's end; a lost pair learns nothing of it.
      from.on('error', () => undefined)
      from.on('close', () => {
        if (pair.isLost) return
        pairs.delete(pair)
        to.destroy()
      })
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const cut = (): void => {
    for (const { client, server } of pairs) {
      client.destroy()
      server.destroy()
    }
    pairs.clear()
  }
  return {
    port: (listener.address() as AddressInfo).port,
    delay(ms) {
      delayMs = ms
    },
    loseConnections() {
      for (const pair of pairs) pair.isLost = true
    },
    cutConnections: cut,
    async [Symbol.asyncDispose]() {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}
