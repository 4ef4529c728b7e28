import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi } from '../support/api.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { makeCurrent, storeModel, storeProtocol, storeRisk, storeScan } from '../support/stored-results.ts'

const dashboardDir = join(import.meta.dirname, '../../dist/dashboard')

describe.runIf(chromiumPath)('the dashboard before the first training', async () => {
  const { db, url, createKey } = await startTestApi({}, dashboardDir)
  const authorization = `Bearer ${await createKey('read')}`
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await openBrowser()
    page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      extraHTTPHeaders: { authorization },
    })
    page.setDefaultTimeout(15_000)
  })
  afterAll(() => browser.close())

  it('says at the top of each card what is still to come', async () => {
    await page.goto(url)
    const card = page.getByRole('region', { name: 'Risk of all protocols' })
    const message = card.getByText('No risk levels yet')
    await message.waitFor()
    const top = async (of: typeof card): Promise<number> => (await of.boundingBox())!.y
    expect((await top(message)) - (await top(card))).toBeLessThan(100)
    await page.getByText('No scan yet').waitFor()
  })

  it('has a card for everything on the page of models', async () => {
    await page.goto(`${url}/#/models`)
    await page.getByRole('region', { name: 'Versions' }).getByText('No model is registered yet.').waitFor()
    await page.getByText('No importance yet').waitFor()
  })

  it('shows the first results by itself', async () => {
    await page.goto(`${url}/#/`)
    await page.getByText('No risk levels yet').waitFor()
    await storeProtocol(db, 'aave')
    const [risk, anomaly] = [await storeModel(db, 'risk'), await storeModel(db, 'anomaly')]
    await makeCurrent(db, 'risk', risk)
    await makeCurrent(db, 'anomaly', anomaly)
    await storeRisk(db, 'aave', risk)
    await storeScan(db, anomaly, { aave: 0.95 })
    await page.getByText('1 of 1').waitFor()
    await page.getByRole('region', { name: 'Anomalies of the newest scan' }).getByText('95.0 %').waitFor()
  })
})
