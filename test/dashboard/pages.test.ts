import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/connection.ts'
import { startTestApi } from '../support/api.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import {
  makeCurrent,
  storeAlert,
  storeModel,
  storeProtocol,
  storeRisk,
  storeScan,
  storeSeries,
  storeVector,
} from '../support/stored-results.ts'

const protocols = 6500
const dashboardDir = join(import.meta.dirname, '../../dist/dashboard')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.runIf(chromiumPath)('the dashboard', async () => {
  const { db, url, createKey } = await startTestApi({}, dashboardDir)
  let browser: Browser
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    await storeMarket(db)
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(15_000)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text())
    })
  })
  afterAll(() => browser.close())

  const open = async (path: string): Promise<void> => {
    await page.goto('about:blank')
    await page.goto(`${url}/${path}`)
  }

  it('asks strangers for a key, and lets them in with one', async () => {
    await open('')
    await page.getByLabel('Key').fill(await createKey('admin'))
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Risk of all protocols' }).waitFor()
    expect(await page.getByText('SIMULATED MARKET').isVisible()).toBe(true)
  })

  it('paints within a second with 6,500 protocols', async () => {
    const paints: number[] = []
    for (let load = 0; load < 3; load++) {
      await open('')
      await page.getByText('6,500 of 6,500').waitFor()
      paints.push(
        await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
      )
    }
    console.log('first contentful paint, ms', paints)
    // The fastest of three is the page's own time; the rest is that of the machine's neighbours.
    expect(Math.min(...paints)).toBeLessThanOrEqual(1000)
  })

  it('answers a key press in the search and a sort within 100 ms', async () => {
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    await page.evaluate(observeInteractions)
    await page.getByRole('searchbox').pressSequentially('coin 6')
    await page.getByRole('button', { name: 'P(high)' }).click()
    await page.getByText('611 of 6,500').waitFor()
    const durations = await page.evaluate<number[]>('window.interactions')
    console.log('interactions, ms', durations)
    expect(median(durations)).toBeLessThanOrEqual(100)
  })

  it('keeps only the rows in view in the page, and brings others by scrolling', async () => {
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    expect(await page.locator('.rows tbody tr').count()).toBeLessThan(60)
    await page.evaluate("document.querySelector('.rows').scrollTop = 44 * 6000")
    await page.locator('[aria-rowindex="6005"]').waitFor()
  })

  it('weighs at most 150 kB of compressed script', () => {
    const bytes = gzipSync(readFileSync(join(dashboardDir, 'main.js'))).length
    console.log('script, bytes', bytes)
    expect(bytes).toBeLessThanOrEqual(150_000)
  })

  it('explains a protocol: series, waterfall, anomaly, features, history', async () => {
    await open('#/protocols/aave')
    await page.locator('.card p', { hasText: 'TVL falls faster than on 99 % of days' }).waitFor()
    await expect.poll(() => page.locator('.uplot').count()).toBe(4)
    await page.getByRole('rowheader', { name: 'This protocol' }).waitFor()
    await page.getByText('no token').waitFor()
    await page.getByRole('cell', { name: 'open' }).first().waitFor()
  })

  it('submits a job by the form made from its schema, follows it live and cancels it', async () => {
    await open('#/jobs')
    await page.getByRole('combobox').first().selectOption('scan-protocols')
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('[aria-live] .run-cancelled').waitFor()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
  })

  it('acknowledges an alert and keeps what was said of it', async () => {
    await open('#/alerts')
    await page.getByRole('button', { name: 'Acknowledge: AAVE' }).click()
    await page.getByText('acknowledged by').waitFor()
    await page.getByRole('button', { name: 'False alarm: AAVE' }).click()
    await page.locator('button[aria-pressed="true"]', { hasText: 'False alarm' }).waitFor()
  })

  it('makes an earlier model current, with a reason', async () => {
    await open('#/models')
    await page.getByRole('button', { name: /Make current: risk/ }).click()
    await page.getByLabel(/^Why risk/).fill('It was calmer')
    await page.getByRole('button', { name: 'Make it current' }).click()
    await page.getByText('It was calmer').waitFor()
  })

  it.each(['#/', '#/protocols/aave', '#/protocols/unknown', '#/models', '#/scans', '#/jobs', '#/alerts'])(
    'is accessible at %s, in light and dark and on a phone',
    async (path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(
          colorScheme === 'dark' ? { width: 390, height: 844 } : { width: 1280, height: 800 },
        )
        await open(path)
        await page.waitForLoadState('networkidle')
        await page.evaluate(axe)
        expect(await page.evaluate(violations)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        )
      }
    },
  )

  it('did all this without a script error or a breach of the content policy', () => {
    expect(faults).toEqual([])
  })
})

const violations = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join(' ')))`

const observeInteractions = `window.interactions = []
  new PerformanceObserver((list) => window.interactions.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'event', durationThreshold: 16 })`

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** One protocol with everything that can be known, and so many like it. */
async function storeMarket(db: Db): Promise<void> {
  const [former, current, detector] = [
    await storeModel(db, 'risk'),
    await storeModel(db, 'risk'),
    await storeModel(db, 'anomaly'),
  ]
  await makeCurrent(db, 'risk', current)
  await makeCurrent(db, 'anomaly', detector)
  await storeProtocol(db, 'aave')
  await storeSeries(db, 'aave', 90)
  await storeVector(db, 'aave')
  await storeRisk(db, 'aave', former)
  await storeRisk(db, 'aave', current)
  await storeScan(db, detector, { aave: 0.95 })
  await storeAlert(db, 'aave')
  const clones = sql`generate_series(1, ${sql.lit(protocols - 1)}) as n`
  await sql`insert into protocols select (jsonb_populate_record(p, jsonb_build_object('id', 'coin-' || n, 'name', 'Coin ' || n))).*
    from protocols p, ${clones} where p.id = 'aave'`.execute(db)
  await sql`insert into risk_scores select (jsonb_populate_record(r, jsonb_build_object('protocol_id', 'coin-' || n))).*
    from risk_scores r, ${clones} where r.model_id = ${current}`.execute(db)
}
