import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isoDate } from '../../src/domain/calendar.ts'
import { loadDataset } from '../../src/market/dataset.ts'

const program = join(import.meta.dirname, '../../dist/src/market/main.js')

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidegauge-market-'))
})
afterEach(() => rm(dir, { recursive: true }))

/** Runs the program until the test is done with it, as the supervisor would. */
async function whileRunning(args: readonly string[], use: (url: string) => Promise<void>): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const ready = JSON.parse(line) as { ready: boolean; url: string }
    expect(ready).toEqual({
      ready: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    })
    await use(ready.url)
  } finally {
    child.kill('SIGTERM')
  }
  return ((await exit) as [number])[0]
}
const readMarket = async (url: string): Promise<unknown> => (await fetch(`${url}/market`)).json()

describe('the market program', () => {
  it('simulates up to the as-of date, exports what it serves, and leaves on SIGTERM', async () => {
    const args = ['--protocols', '7', '--days', '50', '--seed', '9', '--as-of', '2026-01-31', '--export', dir]
    const code = await whileRunning(args, async (url) => {
      expect(await readMarket(url)).toMatchObject({
        mode: 'simulate',
        as_of: '2026-01-31T12:00:00.000Z',
        first_date: '2025-12-13',
        last_date: '2026-01-31',
        protocols: 7,
        seed: 9,
      })
    })
    expect(code).toBe(0)
    const exported = await loadDataset(dir)
    expect([isoDate(exported.lastDay), exported.groundTruth?.seed]).toEqual(['2026-01-31', 9])

    const replay = ['--mode', 'replay', '--dataset', dir, '--as-of', '2026-01-05']
    await whileRunning(replay, async (url) => {
      expect(await readMarket(url)).toMatchObject({
        mode: 'replay',
        as_of: '2026-01-05T12:00:00.000Z',
        protocols: 7,
      })
    })
  })

  it('has a year in store where its days pass, and enforces limits and plan when asked', async () => {
    const args = ['--protocols', '3', '--days', '40', '--as-of', '2026-01-31', '--speed', '3600']
    await whileRunning([...args, '--plan', 'free', '--coingecko-limit', '1/60s'], async (url) => {
      expect(await readMarket(url)).toMatchObject({
        as_of: '2026-01-31T12:00:00.000Z',
        first_date: '2025-12-23',
        last_date: '2027-01-31',
        speed_seconds_per_day: 3600,
      })
      const status = async (): Promise<number> => (await fetch(`${url}/coingecko/api/v3/ping`)).status
      expect([await status(), await status()]).toEqual([200, 429])
    })
  })

  it.each([
    [['--foo'], "unknown option '--foo'"],
    [['--protocols', '0'], 'Expected a whole number from 1 to 20000.'],
    [['--speed', '-1'], 'Expected a positive number of seconds.'],
    [['--as-of', '2026-02-31'], 'Expected a date YYYY-MM-DD.'],
    [['--defillama-limit', 'ten'], 'Expected calls per seconds, such as 10/60s.'],
    [['--mode', 'live'], 'Allowed choices are simulate, replay.'],
    [['--dataset', '/tmp'], '--dataset goes with --mode replay'],
    [['--mode', 'replay', '--dataset', '/nowhere'], '/nowhere/protocols.json: not found'],
    [['--mode', 'replay', '--dataset', '/nowhere', '--speed', '5'], '--speed needs --as-of DATE'],
  ])('refuses %j with one sentence and exit code 2', (args, sentence) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('refuses a port that is taken', async () => {
    await whileRunning(['--protocols', '1', '--days', '1'], (url) => {
      const args = ['--protocols', '1', '--days', '1', '--port', new URL(url).port]
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
        encoding: 'utf8',
        timeout: 20_000,
      })
      expect([status, stderr]).toEqual([
        2,
        `Port ${new URL(url).port} of 127.0.0.1 is taken; choose another\n`,
      ])
      return Promise.resolve()
    })
  })

  it('shows its flags', () => {
    const { status, stdout } = spawnSync(process.execPath, [program, '--help'], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(status).toBe(0)
    expect(stdout).toContain('--speed <seconds>')
  })
})
