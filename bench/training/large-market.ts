import { execFile, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { catalogueBody } from '../collection/large-bodies.ts'
import type { ClientOptions } from '../collection/market-clients.ts'
import { startOwnServices } from '../collection/own-services.ts'
import { figure, type Figure } from '../report.ts'
import type { CollectorLag } from './collector-lag.ts'
import type { LargeTraining } from './large-training.ts'

const budget = { calls: 600, windowMs: 60_000 }

/** Training on a whole market's quarter in one process, while a collector fetches whole catalogues in another. */
export async function measureLargeTraining(): Promise<Figure[]> {
  await using services = await startOwnServices()
  const body = catalogueBody(6500)
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector = startCollector({
    redisUrl: services.redisUrl,
    prefix: `{bench-${randomUUID()}}`,
    marketUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admission: { budgets: { coingecko: budget, defillama: budget }, afterDataLoss: 'go-on' },
  })
  const training = await train()
  const lag = await collector.stop()
  server.close()
  const name = `training on ${training.rows.toLocaleString('en')} rows`
  return [
    figure({
      name: `${name}: peak memory`,
      value: training.peakMegabytes,
      unit: 'MB',
      goal: '<= 1024',
      detail: `${training.seconds.toFixed(1)} s; xgboost, 20 rounds, ranks, SMOTE, calibrated on three purged blocks`,
    }),
    figure({
      name: 'the collector meanwhile: event-loop lag, p99',
      value: lag.p99Ms,
      unit: 'ms',
      goal: '<= 100',
      detail: `most ${lag.maxMs.toFixed(0)} ms, over ${lag.catalogues} catalogues of ${(body.length / 1e6).toFixed(1)} MB`,
    }),
  ]
}

async function train(): Promise<LargeTraining> {
  const script = join(import.meta.dirname, 'large-training.js')
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  return JSON.parse(stdout) as LargeTraining
}

function startCollector(options: ClientOptions): { stop(): Promise<CollectorLag> } {
  const child = fork(join(import.meta.dirname, 'collector-lag.js'), [JSON.stringify(options)])
  return {
    async stop() {
      child.send('stop')
      const [lag] = (await once(child, 'message')) as [CollectorLag]
      await once(child, 'exit')
      return lag
    },
  }
}
