// Pictures of a running server's dashboard for the README: node scripts/screenshots.mjs http://127.0.0.1:8000
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { argv } from 'node:process'
import { chromium } from 'playwright-core'

const base = argv[2] ?? 'http://127.0.0.1:8000'
const folder = join(import.meta.dirname, '../docs/pictures')
await mkdir(folder, { recursive: true })

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

/**
 * @param {string} name
 * @param {string} path
 * @param {import('playwright-core').BrowserContextOptions} options
 */
async function take(name, path, options) {
  const page = await browser.newPage(options)
  await page.goto(base + path)
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await page.close()
}

const desktop = { viewport: { width: 1280, height: 860 } }
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }
await take('dashboard', '/', desktop)
await take('dashboard-phone', '/', phone)

const page = await browser.newPage()
await page.goto(base)
const protocol = await page.locator('.rows tbody a').first().getAttribute('href')
await page.close()
await take('dashboard-protocol', `/${protocol}`, { viewport: { width: 1280, height: 1180 } })
await take('dashboard-models', '/#/models', { ...desktop, colorScheme: 'dark' })
await browser.close()
