import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { loadServiceConfig } from '../../src/config.ts'
import { createWorker } from '../../workers/create-worker.ts'
import { handlers } from '../../workers/handlers.ts'
import { openPlatform } from '../../workers/platform.ts'

// A worker process of `bench/workers.ts`: `waiting` or `computing` for 20 ms a job, until it is told to stop.

const workMs = 20
const isComputing = process.argv[2] === 'computing'

await using platform = await openPlatform(loadServiceConfig(), 'bench worker', pino({ level: 'silent' }))
const worker = createWorker(
  'alerts',
  {
    ...handlers,
    async 'deliver-alert'() {
      if (isComputing) compute()
      else await sleep(workMs)
      return { status: 200 }
    },
  },
  platform,
  platform.connection,
)
await worker.waitUntilReady()
process.send?.('ready')
await once(process, 'SIGTERM')
await worker.close()
process.disconnect()

/** CPU time and not wall time: sharing a core does not shorten the work. */
function compute(): void {
  const start = process.cpuUsage()
  for (let used = 0; used < workMs * 1000;) {
    const { user, system } = process.cpuUsage(start)
    used = user + system
  }
}
