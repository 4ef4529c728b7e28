import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import type { ServiceName, ServiceRecord } from '../../src/embedded/home.ts'
import { type Checkout, checkout, type FoundProcess, webLine } from './product.ts'

const limits = { timeout: 120_000 }
const checkouts: Checkout[] = []
afterAll(() => Promise.all(checkouts.map((each) => each[Symbol.asyncDispose]())))

function checkoutOf(...lines: string[]): Checkout {
  const made = checkout(lines.join('\n'))
  checkouts.push(made)
  return made
}

const migrate = 'release: node dist/src/migrate.js'

// What is left behind is looked up in /proc.
describe.runIf(process.platform === 'linux')('the supervisor', () => {
  it(
    'brings everything up, tells where it is, and leaves nothing when it is told to stop',
    limits,
    async () => {
      const { start, processes, dir } = checkoutOf(migrate, webLine)
      const port = await freePort()
      const run = start(['--port', String(port), '--seed', '7', '--protocols', '5', '--days', '30'])
      const [banner] = await run.says(/╔[^]*ready\n/)
      expect(banner).toContain('SIMULATED MARKET')
      expect(banner).toContain(`http://127.0.0.1:${port}/admin/queues`)
      expect(banner).toMatch(/Redis +embedded, (found|unpacked)/)
      expect(run.output()).toMatch(/release │ .*database migrated[^]*web +│ web got/)
      expect(run.output()).toMatch(
        /web got postgres:\/\/tidegauge:\*\*\*@127.0.0.1:\d+\/tidegauge http:\/\/127.0.0.1:\d+ 7\n/,
      )

      const services = JSON.parse(readFileSync(join(dir, '.tidegauge/services.json'), 'utf8')) as Record<
        'postgres' | 'redis',
        { password: string }
      >
      for (const { password } of Object.values(services)) expect(run.output()).not.toContain(password)

      run.process.kill('SIGTERM')
      // A terminal's Ctrl-C comes twice through npm.
      run.process.kill('SIGINT')
      expect(await run.ended).toBe(0)
      expect(run.output()).toMatch(/web was told[^]*web is done/)
      expect(run.output().match(/web was told/g)).toHaveLength(1)
      expect(processes()).toEqual([])
    },
  )

  it('starts a process that crashes again, and fails as a whole when it keeps crashing', limits, async () => {
    const { start, processes } = checkoutOf(migrate, webLine, `flaky: sh -c 'echo flaky is up; exit 3'`)
    const run = start(['--port', String(await freePort()), '--protocols', '5', '--days', '30'])
    expect(await run.ended).toBe(1)
    expect(run.output().match(/flaky is up/g)).toHaveLength(5)
    expect(run.output()).toMatch(/flaky ended: exit code 3; it starts again in 8 s/)
    expect(run.output()).toMatch(/Stopping: flaky ended: exit code 3\n[^]*web was told/)
    expect(processes()).toEqual([])
  })

  it('starts nothing when the release step fails', limits, async () => {
    const { start, processes } = checkoutOf(`release: sh -c 'exit 4'`, webLine)
    const run = start(['--port', String(await freePort()), '--protocols', '5', '--days', '30'])
    expect(await run.ended).toBe(1)
    expect(run.output()).toContain('release failed (exit code 4), so nothing else was started')
    expect(run.output()).not.toContain('web got')
    expect(processes()).toEqual([])
  })

  it(
    'starts on the same data at once when it was killed with -9, and finds nothing left of the first run',
    limits,
    async () => {
      const { start, processes, dir } = checkoutOf(migrate, webLine)
      const flags = ['--port', String(await freePort()), '--protocols', '5', '--days', '30']
      const killed = start(flags)
      await killed.says(/ready\n/)
      const { postgres, redis } = recordsIn(dir)
      killed.process.kill('SIGKILL')
      await killed.ended
      const next = start(flags)
      await next.says(/database up to date[^]*ready\n/)
      const records = recordsIn(dir)
      expect([records.postgres.port, records.redis.port]).toEqual([postgres.port, redis.port])
      next.process.kill('SIGINT')
      expect(await next.ended).toBe(0)
      expect(processes()).toEqual([])
    },
  )

  it('takes over the servers that were left alone with everything else killed', limits, async () => {
    const { start, processes, dir } = checkoutOf(migrate, webLine)
    const flags = ['--port', String(await freePort()), '--protocols', '5', '--days', '30']
    const killed = start(flags)
    await killed.says(/ready\n/)
    const before = recordsIn(dir)
    // The guard first: it is what would end the servers.
    const others = processes().filter(({ command }) => !/postgres|redis|valkey/.test(command))
    for (const { pid } of others.toSorted((a, b) => Number(isGuard(b)) - Number(isGuard(a))))
      process.kill(pid, 'SIGKILL')
    await killed.ended

    const next = start(flags)
    await next.says(/database up to date[^]*ready\n/)
    const { postgres, redis } = recordsIn(dir)
    expect({ postgres, redis }).toEqual({ postgres: before.postgres, redis: before.redis })
    next.process.kill('SIGTERM')
    expect(await next.ended).toBe(0)
    expect(processes()).toEqual([])
  })

  it('holds a home for itself, and runs beside another one', limits, async () => {
    const one = checkoutOf(migrate, webLine)
    const flags = ['--protocols', '5', '--days', '30', '--port']
    const running = one.start([...flags, String(await freePort())])
    await running.says(/ready\n/)
    const same = one.start([...flags, String(await freePort())])
    expect(await same.ended).toBe(2)
    expect(same.output()).toMatch(/^TIDEGAUGE_HOME: another Tidegauge \(process \d+\) runs in .*\n$/)

    const beside = one.start([...flags, String(await freePort())], { TIDEGAUGE_HOME: join(one.dir, 'other') })
    await beside.says(/ready\n/)
    for (const run of [running, beside]) run.process.kill('SIGTERM')
    expect(await Promise.all([running.ended, beside.ended])).toEqual([0, 0])
    expect(one.processes()).toEqual([])
  })
})

const isGuard = ({ command }: FoundProcess) => command.includes('while read -r line')

function recordsIn(dir: string): Record<ServiceName, ServiceRecord> {
  const file = join(dir, '.tidegauge/services.json')
  return JSON.parse(readFileSync(file, 'utf8')) as Record<ServiceName, ServiceRecord>
}
