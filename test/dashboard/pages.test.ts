import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/connection.ts'
import { saveWalkForwardRecord } from '../../src/db/track-record.ts'
import { riskJudgement } from '../../src/domain/risk-metrics.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { startTestApi } from '../support/api.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import {
  makeCurrent,
  storeAlert,
  storeIncident,
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
    await page.getByText('SIMULATED MARKET').waitFor()
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

  it('works at most 100 ms on a key press in the search or on a sort', async () => {
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    await page.evaluate(observeInteractions)
    await using meter = await openWorkMeter(page)
    const search = page.getByRole('searchbox')
    const works: number[] = []
    for (const text of ['coin 6', 'aave', 'lending']) {
      await search.fill('')
      for (const key of text) works.push(await meter.workOf(() => search.press(key)))
      await search.fill('')
      for (const column of ['P(high)', 'TVL', 'Protocol'])
        works.push(await meter.workOf(() => page.getByRole('button', { name: column, exact: true }).click()))
    }
    const seen = median(await page.evaluate<number[]>('window.interactions'))
    const most = Math.max(...works)
    console.log(
      `work per interaction, ms: median ${median(works).toFixed(1)}, most ${most.toFixed(1)}; seen: median ${seen}`,
    )
    expect(most).toBeLessThanOrEqual(100)
  })

  it('keeps only the rows in view in the page, and brings others by scrolling', async () => {
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    expect(await page.locator('.rows tbody tr').count()).toBeLessThan(60)
    await page.evaluate("document.querySelector('.rows').scrollTop = 44 * 6000")
    await page.locator('[aria-rowindex="6005"]').waitFor()
  })

  it('draws the last thirty days beside each row in view, and of no other', async () => {
    const asked: string[] = []
    const listen = (request: Request): void => {
      if (request.url().includes('/sparklines')) asked.push(request.url())
    }
    page.on('request', listen)
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    await page.getByRole('searchbox').fill('aave')
    await page.getByTitle('TVL over 30 days: −2.8 %').waitFor()
    page.off('request', listen)
    const ids = asked.flatMap((url) => new URL(url).searchParams.get('ids')!.split(','))
    expect(ids.length).toBeLessThan(200)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('weighs at most 150 kB of compressed script', () => {
    const bytes = gzipSync(readFileSync(join(dashboardDir, 'main.js'))).length
    console.log('script, bytes', bytes)
    expect(bytes).toBeLessThanOrEqual(150_000)
  })

  it('explains a protocol: series, waterfall, anomaly, features, history', async () => {
    await open('#/protocols/aave')
    await page.locator('.card p', { hasText: 'TVL falls faster than on 99 % of days' }).waitFor()
    await expect.poll(() => page.locator('.uplot').count(), { timeout: 10_000 }).toBe(4)
    await page.getByRole('rowheader', { name: 'This protocol' }).waitFor()
    await page.getByText('no token').waitFor()
    await page.getByRole('cell', { name: 'open' }).first().waitFor()
  })

  it('marks anomalies and incidents on every pane, and tells what they were', async () => {
    await open('#/protocols/aave')
    await expect.poll(() => page.locator('.uplot').count(), { timeout: 10_000 }).toBe(4)
    await page.getByText('1 abnormal day', { exact: false }).waitFor()
    const plot = page.locator('.u-over').nth(1)
    const { width } = (await plot.boundingBox())!
    const [from, to] = await shownDays(page)
    const place = (Date.parse('2026-10-22') - from) / (to - from)
    await plot.hover({ position: { x: place * width, y: 20 } })
    await page.getByText('✕ 2026-10-22 00:00: Aave, $1.5M, Reentrancy').waitFor()
    for (const pane of [0, 1, 2, 3])
      expect(await page.evaluate<boolean>(hasInkAt(pane, place)), `pane ${pane}`).toBe(true)
  })

  it('zooms all panes when one is dragged across, and back', async () => {
    await open('#/protocols/aave')
    await expect.poll(() => page.locator('.uplot').count(), { timeout: 10_000 }).toBe(4)
    const [first, last] = await shownDays(page)
    const plot = page.locator('.u-over').first()
    const { x, y, width } = (await plot.boundingBox())!
    await page.mouse.move(x + width * 0.25, y + 30)
    await page.mouse.down()
    await page.mouse.move(x + width * 0.75, y + 30, { steps: 5 })
    await page.mouse.up()
    await expect
      .poll(async () => days(await shownDays(page)), { timeout: 10_000 })
      .toBeLessThan(0.6 * days([first, last]))
    await page.getByRole('button', { name: '90 days' }).click()
    await expect.poll(() => shownDays(page)).toEqual([first, last])
    await page.getByRole('button', { name: '30 days' }).click()
    await expect.poll(async () => days(await shownDays(page))).toBeLessThanOrEqual(31)
  })

  it('shows the leaderboard with intervals, both curves and two versions side by side', async () => {
    await open('#/models')
    await page.getByRole('rowheader', { name: 'Volatility alone' }).waitFor()
    await page.getByText('0.300 to 0.500').first().waitFor()
    for (const name of ['Precision and recall', 'Reliability'])
      await page.getByRole('img', { name: new RegExp(name) }).waitFor()
    await page.getByRole('heading', { name: 'Compare two versions' }).waitFor()
  })

  it('shows the record of what was served beside the walk-forward one, with its misses', async () => {
    await open('#/models')
    const served = page.getByRole('region', { name: 'Track record: As served' })
    await served.getByText('No prediction has come due yet').waitFor()
    const walkForward = page.getByRole('region', { name: 'Track record: Walk-forward' })
    await walkForward.getByText('4 times a protocol ended high').waitFor()
    const misses = page.getByRole('region', { name: 'Misses' })
    await misses.getByRole('row', { name: 'AAVE 2025-03-03' }).getByText('−70.0 %').waitFor()
  })

  it('tells what people said of alerts, detector by detector', async () => {
    await open('#/models')
    await page.getByText('Alerts that people answered: 1 true, 0 false.').waitFor()
    await page.getByRole('row', { name: 'Isolation forest' }).getByText('1 of 1').waitFor()
  })

  it('compares the judge of a scan with each detector', async () => {
    await open('#/scans')
    await page.getByRole('columnheader', { name: 'Isolation forest' }).waitFor()
    await page.getByRole('rowheader', { name: 'Named by the detector alone' }).waitFor()
    await page.getByText('Event: the jump stayed').first().waitFor()
    await page.getByRole('img', { name: 'anomaly' }).first().waitFor()
  })

  it('names the whole market where an alert concerns no single protocol', async () => {
    await open('#/alerts')
    await page.getByRole('link', { name: 'The whole market' }).click()
    await page.getByRole('heading', { name: 'Drift' }).waitFor()
  })

  it('says what it waits for, keeps the old answer when the server is away, and recovers', async () => {
    await open('#/alerts')
    await page.getByText('TVL left its normal path').first().waitFor()
    await page.route('**/alerts?**', (route) => route.abort())
    await page.getByLabel('Show which state').selectOption('open')
    await page.getByText('Could not load alerts').waitFor()
    await page.unroute('**/alerts?**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('TVL left its normal path').first().waitFor()
  })

  it('can be used by keyboard alone: skip link, search, sorting, a row', async () => {
    await open('')
    await page.getByText('6,500 of 6,500').waitFor()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('aave')
    await page.getByText('1 of 6,500').waitFor()
    const link = page.getByRole('link', { name: 'AAVE', exact: true }).first()
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'AAVE', level: 1, exact: true }).waitFor()
    await page.waitForFunction("document.activeElement.id === 'content'")
  })

  it('has room for the longest names, and prints without its buttons', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const path of ['', '#/protocols/longest', '#/alerts']) {
      await open(path)
      await page.waitForLoadState('networkidle')
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.emulateMedia({ media: 'print' })
    await open('#/protocols/aave')
    await page.getByText('SIMULATED MARKET').waitFor()
    const shown = [
      await page.getByRole('navigation', { name: 'Pages' }).isVisible(),
      await page.getByRole('button', { name: '90 days' }).isVisible(),
    ]
    await page.emulateMedia({ media: 'screen' })
    expect(shown).toEqual([false, false])
  })

  it('submits a job by the form made from its schema, follows it live and cancels it', async () => {
    await open('#/jobs')
    await page.getByRole('combobox').first().selectOption('scan-protocols')
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('[aria-live] .run-cancelled').waitFor()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
  })

  it('follows a run again after a stream was refused', async () => {
    const { runId } = await submitJob(db, 'prune', {}, { origin: 'api' })
    const refusal = { status: 503, contentType: 'application/problem+json', body: '{"status": 503}' }
    await page.route('**/events', (route) => route.fulfill(refusal))
    await open(`#/jobs/${runId}`)
    await page.getByText(`There is no news of run ${runId}`).waitFor()
    await page.unroute('**/events')
    await page.getByText(`Run ${runId}`, { exact: true }).waitFor()
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

  it.each([
    'login',
    '#/',
    '#/protocols/aave',
    '#/protocols/unknown',
    '#/models',
    '#/scans',
    '#/jobs',
    '#/alerts',
  ])('is accessible at %s, in light and dark and on a phone', async (path) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(
        colorScheme === 'dark' ? { width: 390, height: 844 } : { width: 1280, height: 800 },
      )
      await open(path)
      await page.waitForLoadState('networkidle')
      await page.evaluate(axe)
      expect(await page.evaluate(violations)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    }
  })

  it('did all this without a script error or a breach of the content policy', () => {
    expect(faults).toEqual([])
  })
})

const violations = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join(' ')))`

const observeInteractions = `window.interactions = []
  new PerformanceObserver((list) => window.interactions.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'event', durationThreshold: 16 })`

/**
 * Measures the processor time that the page's main thread works, in ms, from an interaction until the frame that shows what came
 * of it: that is the page's own, whatever else the machine does meanwhile.
 */
async function openWorkMeter(page: Page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
  return {
    async workOf(interact: () => Promise<void>): Promise<number> {
      const before = await worked()
      await interact()
      await page.evaluate(nextFrame)
      return (await worked()) - before
    },
    [Symbol.asyncDispose]: () => session.detach(),
  }
}

const nextFrame = 'new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))'

const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent')

/** The days on the time axis, in milliseconds since 1970. */
async function shownDays(page: Page): Promise<readonly [number, number]> {
  const text = await page.getByLabel('Days shown').textContent()
  const [from = '', to = ''] = (text ?? '').split(' to ')
  return [Date.parse(from), Date.parse(to) + 86_400_000]
}

const days = ([from, to]: readonly [number, number]): number => (to - from) / 86_400_000

/** Whether the top of a pane, where marks stand, is drawn on at a share of its width. */
const hasInkAt = (pane: number, place: number): string => `{
  const canvas = document.querySelectorAll('.uplot canvas')[${pane}]
  const plot = document.querySelectorAll('.u-over')[${pane}]
  const left = plot.offsetLeft + ${place} * plot.clientWidth
  const [r, g, b] = getComputedStyle(document.documentElement).getPropertyValue('--chart-incident').match(/\\w\\w/g).map((hex) => parseInt(hex, 16))
  const { data } = canvas.getContext('2d').getImageData(left - 4, plot.offsetTop + 20, 9, 1)
  let isInk = false
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 90 && data[i + 3] > 100) isInk = true
  isInk
}`

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const judgement = {
  ...Object.fromEntries(Object.keys(riskJudgement.shape).map((figure) => [figure, 0.4])),
  intervals: Object.fromEntries(
    Object.keys(riskJudgement.shape.intervals.shape).map((figure) => [figure, { lower: 0.3, upper: 0.5 }]),
  ),
  precision_recall: [
    { recall: 0.1, precision: 0.6 },
    { recall: 1, precision: 0.1 },
  ],
  reliability: [
    { rows: 50, mean_probability: 0.05, observed: 0.04 },
    { rows: 50, mean_probability: 0.3, observed: 0.25 },
  ],
}
const judged = {
  metrics: JSON.stringify({
    ...judgement,
    baselines: { majority: judgement, volatility: judgement },
    leaderboard: [{ ...judgement, candidate: 'lightgbm raw', algorithm: 'lightgbm' }],
  }),
}

const walkForward = {
  months: [{ month: '2025-03-01', predicted: 'low' as const, low: 6, medium: 0, high: 4, fallSum: -3 }],
  misses: [
    {
      protocolId: 'aave',
      asOf: '2025-03-03',
      riskLevel: 'low' as const,
      probabilityHigh: 0.1,
      fall: -0.7,
      relativeFall: null,
    },
  ],
}

/** One protocol with everything that can be known, and so many like it. */
async function storeMarket(db: Db): Promise<void> {
  const [former, current, detector] = [
    await storeModel(db, 'risk', judged),
    await storeModel(db, 'risk', judged),
    await storeModel(db, 'anomaly'),
  ]
  await makeCurrent(db, 'risk', current)
  await makeCurrent(db, 'anomaly', detector)
  await storeProtocol(db, 'aave', { defillamaId: '111' })
  await storeSeries(db, 'aave', 90)
  await storeVector(db, 'aave')
  await storeRisk(db, 'aave', former)
  await storeRisk(db, 'aave', current)
  await storeScan(db, detector, { aave: 0.95 })
  await storeAlert(db, 'aave')
  await storeIncident(db, '111', '2026-10-22')
  await storeProtocol(db, 'longest', { name: 'Protocol'.repeat(30), symbol: 'X'.repeat(60) })
  await storeAlert(db, 'longest')
  await storeAlert(db, '*', { kind: 'drift', message: 'risk model: 6 of 15 features have drifted' })
  await storeAlert(db, 'gone', {
    state: 'cleared',
    feedback: 'true_alarm',
    feedbackAt: new Date(),
    details: JSON.stringify({
      alert_threshold: 0.9,
      detectors: [{ algorithm: 'isolation-forest', score: 0.95, is_anomaly: true }],
    }),
  })
  await db.transaction().execute((tx) => saveWalkForwardRecord(tx, current, walkForward))
  const clones = sql`generate_series(1, ${sql.lit(protocols - 1)}) as n`
  await sql`insert into protocols select (jsonb_populate_record(p, jsonb_build_object('id', 'coin-' || n, 'name', 'Coin ' || n))).*
    from protocols p, ${clones} where p.id = 'aave'`.execute(db)
  await sql`insert into risk_scores select (jsonb_populate_record(r, jsonb_build_object('protocol_id', 'coin-' || n))).*
    from risk_scores r, ${clones} where r.model_id = ${current}`.execute(db)
}
