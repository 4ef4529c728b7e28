import { beforeAll, expect } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import { reliability } from '../../queues/settings.ts'
import { eventually } from '../support/eventually.ts'
import { processesOf } from '../support/product.ts'
import { allEnded, expectNothingLost, storeMarket, submitLoad } from './harness/load.ts'
import { promise } from './harness/promise.ts'
import { scaled } from './harness/size.ts'
import { openStage } from './harness/stage.ts'
import { isLive } from './harness/web.ts'

const stage = await openStage()
const { db, home } = stage
let tokens: string[]
beforeAll(async () => {
  tokens = await storeMarket(db, stage.dataset)
})

promise(
  'D1',
  {
    injected: 'each line of the Procfile, spawned as it is written, then SIGTERM',
    expected: 'ready ≤ 10 s, exit 0, no orphans',
    timeoutMs: 120_000,
  },
  async (tell) => {
    const port = await freePort()
    const release = stage.run('release')
    expect(await release.ended).toBe(0)
    const readiness: Record<string, number> = {}
    for (const line of ['web', 'collector', 'analyst', 'trainer']) {
      const one = stage.run(line, { PORT: String(port) })
      const probe = line === 'web' ? `http://127.0.0.1:${port}` : await one.health()
      await eventually(async () => (await isLive(probe)) && (await fetch(`${probe}/readyz`)).ok)
      readiness[`${line}_ready_s`] = Math.round((performance.now() - one.spawnedAt) / 100) / 10
      expect(await one.stop()).toBe(0)
      // Only the servers of this stage are left.
      expect(processesOf(home).filter((process) => process.includes('dist/'))).toEqual([])
    }
    tell(readiness)
    expect(Math.max(...Object.values(readiness))).toBeLessThanOrEqual(10)
  },
)

const restarts = scaled(50)

promise(
  'R3',
  {
    injected: `${restarts} SIGTERM restarts of collectors under load`,
    expected: '0 re-runs, exit 0 within the grace period',
    timeoutMs: 60_000 + restarts * 15_000,
  },
  async (tell) => {
    stage.run('analyst')
    let current = stage.run('collector')
    const acknowledged = await submitLoad(db, tokens, 200)
    let slowestMs = 0
    for (let restart = 0; restart < restarts; restart++) {
      acknowledged.push(...(await submitLoad(db, tokens, 60)))
      const next = stage.run('collector')
      await Promise.all([current.health(), next.health()])
      const toldAt = performance.now()
      expect(await current.stop()).toBe(0)
      slowestMs = Math.max(slowestMs, performance.now() - toldAt)
      current = next
    }
    const outcome = await allEnded(db, acknowledged, 60_000 + acknowledged.length * 60)
    tell({ ...outcome, slowest_exit_s: Math.round(slowestMs / 100) / 10 })
    await expectNothingLost(db, outcome)
    expect(outcome).toMatchObject({ reruns: 0, crashes: 0 })
    expect(slowestMs).toBeLessThan(reliability.shutdownGraceMs + 2_000)
  },
)
