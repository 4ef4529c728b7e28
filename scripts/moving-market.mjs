// A product on a simulated market whose days pass, watched day by day, so that its pages have something to show.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const port = 18_990
export const baseUrl = `http://127.0.0.1:${port}`
const patienceMs = 10 * 60_000

/**
 * Starts the product, lets it train, and follows the market for so many of its days.
 * @param {number} days
 */
export async function startMovingMarket(days) {
  const home = mkdtempSync(join(tmpdir(), 'tidegauge-pictures-'))
  chmodSync(home, 0o755)
  const flags = ['--port', port, '--protocols', 80, '--days', 400, '--seed', 7, '--speed', 15].map(String)
  const start = join(import.meta.dirname, '../dist/src/start.js')
  const product = spawn(process.execPath, [start, ...flags], {
    env: { ...process.env, TIDEGAUGE_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => product.once('exit', resolve))
  const stop = async () => {
    product.kill('SIGINT')
    await ended
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await until(async () => (await read('/risk/protocols?limit=1'))?.items.length > 0)
    for (let day = 0; day < days; day++) await followOneDay()
    await work('train-models', { family: 'risk', grid: 'quick', seed: 7 })
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function followOneDay() {
  const { as_of: before } = (await read('/market')) ?? {}
  await until(async () => {
    await work('collect-snapshot', {})
    return (await read('/market'))?.as_of.slice(0, 10) !== before.slice(0, 10)
  })
  const { scan_id: former } = (await read('/anomaly/scan?limit=1')) ?? {}
  await work('build-features', {})
  await until(async () => (await read('/anomaly/scan?limit=1'))?.scan_id !== former)
}

/**
 * Submits a job and waits until it has ended.
 * @param {string} name
 * @param {object} payload
 */
async function work(name, payload) {
  const response = await fetch(`${baseUrl}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, payload }),
  })
  const { id } = await response.json()
  await until(async () => ['completed', 'failed'].includes((await read(`/jobs/${id}`))?.state))
}

/**
 * What a path answers, or nothing while it answers nothing.
 * @param {string} path
 */
export async function read(path) {
  const response = await fetch(baseUrl + path).catch(() => undefined)
  return response?.ok ? response.json() : undefined
}

/** @param {() => Promise<boolean>} isSo */
async function until(isSo) {
  const deadline = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('The product did not get there in time')
    await sleep(700)
  }
}
