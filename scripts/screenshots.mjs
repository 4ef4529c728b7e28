// Makes the README's pictures of the pages, on a simulated market of its own: npm run build && node scripts/screenshots.mjs
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { baseUrl, read, startMovingMarket } from './moving-market.mjs'

const folder = join(import.meta.dirname, '../docs/pictures')
const days = 12

const market = await startMovingMarket(days)
try {
  await mkdir(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const light = { viewport: { width: 1360, height: 900 } }
  const dark = { ...light, colorScheme: 'dark' }
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }
  await take(browser, 'dashboard', '', light)
  await take(browser, 'dashboard-phone', '', phone)
  await take(browser, 'dashboard-protocol', `protocols/${await mostEventful()}`, light)
  await take(browser, 'dashboard-models', 'models', dark)
  await take(browser, 'dashboard-scans', 'scans', light)
  await browser.close()
} finally {
  await market.stop()
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} name
 * @param {string} path behind the hash
 * @param {import('playwright-core').BrowserContextOptions} options
 */
async function take(browser, name, path, options) {
  const page = await browser.newPage(options)
  await page.goto(`${baseUrl}/#/${path}`)
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await page.close()
}

/** Of the protocols with a recorded loss in the last 90 days, the one with the most abnormal scans; else the most abnormal. */
async function mostEventful() {
  const { items: anomalies } = await read('/anomaly/history?limit=1000')
  const { as_of } = await read('/market')
  const since = new Date(Date.parse(as_of) - 90 * 86_400_000).toISOString().slice(0, 10)
  const counts = new Map()
  for (const { protocol_id: id } of anomalies) counts.set(id, (counts.get(id) ?? 0) + 1)
  const ranked = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id)
  for (const id of ranked) {
    const { items } = await read(`/incidents?protocol=${id}&since=${since}`)
    if (items.length > 0) return id
  }
  return ranked[0]
}
