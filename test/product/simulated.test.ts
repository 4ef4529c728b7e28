import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { type Product, startProduct } from '../support/product.ts'

interface Scan {
  total_protocols: number
  anomalies_detected: number
  normal_protocols: number
  insufficient_data: number
}
interface Run {
  id: string
  state: string
  progress: { fraction: number }
  result: Record<string, unknown> | null
}
interface Shap {
  output_space: string
  base_value: number
  output_value: number
  shap_values: { feature: string; shap_value: number }[]
}

const shots = join(import.meta.dirname, '../../test-output/screenshots')

let product: Product
const ok = async <T>(path: string): Promise<T> => {
  const { status, body } = await product.get(path)
  expect(`${path} ${status}`).toBe(`${path} 200`)
  return body
}

beforeAll(async () => {
  product = await startProduct(['--protocols', '30', '--days', '200', '--seed', '7'])
}, 60_000)
afterAll(() => product.remove())

describe('npm start on a bare machine', () => {
  it('reaches its first scan by itself', { timeout: 240_000 }, async () => {
    await eventually(
      async () => (await product.get('/anomaly/scan').catch(() => undefined))?.status === 200,
      230_000,
    )
    expect(product.output()).toContain('SIMULATED MARKET')
    const scan = await ok<Scan>('/anomaly/scan')
    expect(scan.total_protocols).toBeGreaterThan(20)
    expect(scan.anomalies_detected + scan.normal_protocols + scan.insufficient_data).toBe(
      scan.total_protocols,
    )
  })

  it('trains a risk model and serves its reasons, which add up', { timeout: 240_000 }, async () => {
    const scored = await eventually(async () => {
      const { status, body } = await product.get('/risk/protocols')
      const { items = [] } = body as { items?: { protocol_id: string; risk_level: string | null }[] }
      return status === 200 && items.find(({ risk_level }) => risk_level !== null)
    }, 230_000)
    const shap = await ok<Shap>(`/features/shap/${scored.protocol_id}`)
    expect(shap.shap_values).toHaveLength(17)
    const sum = shap.shap_values.reduce((total, { shap_value }) => total + shap_value, shap.base_value)
    expect(sum).toBeCloseTo(shap.output_value, 9)
  })

  it('answers every read', async () => {
    const { items } = await ok<{ items: { protocol_id: string }[] }>('/risk/protocols')
    const id = items[0]!.protocol_id
    const importance = await ok<{ total_features: number; top_5_features: unknown[] }>('/features/importance')
    expect(importance).toMatchObject({ total_features: 17 })
    expect(importance.top_5_features).toHaveLength(5)
    for (const path of [
      `/anomaly/protocols/${id}`,
      `/features/protocols/${id}`,
      `/risk/protocols/${id}`,
      `/risk/protocols/${id}/history`,
      '/anomaly/history',
      '/jobs',
      '/livez',
      '/models',
      '/models/performance',
      '/openapi.json',
      '/readyz',
      '/risk/track-record',
      '/scans',
    ])
      await ok(path)
    expect((await product.get('/anomaly/protocols/no-such-protocol')).status).toBe(404)
  })

  it('takes a job and tells how it goes until it has ended', { timeout: 60_000 }, async () => {
    const submitted = await product.post('/anomaly/scan', {})
    expect(submitted.status).toBe(202)
    const location = submitted.headers.get('location')!
    const run = await eventually(async () => {
      const answer = await ok<Run>(location)
      return answer.state === 'completed' && answer
    }, 50_000)
    expect(run).toMatchObject({ progress: { fraction: 1 }, result: { scan_id: run.id } })
  })

  it.runIf(chromiumPath)('shows its queues on Bull Board', { timeout: 60_000 }, async () => {
    await using browser = await openBrowser()
    const page = await browser.newPage()
    await page.goto(`${product.baseUrl}/admin/queues`)
    for (const queue of ['collection', 'features', 'training', 'anomaly'])
      await page.getByText(queue, { exact: false }).first().waitFor()
  })

  it.runIf(chromiumPath)(
    'lets a person scan, follow the scan and read its result',
    { timeout: 90_000 },
    async () => {
      await using browser = await openBrowser()
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      page.setDefaultTimeout(30_000)
      await page.goto(`${product.baseUrl}/#/scans`)
      await page.getByRole('button', { name: 'Scan now' }).click()
      await page.locator('[aria-live] .run-completed').waitFor()
      const scanId = /"scan_id": "([0-9a-f-]{36})"/.exec(
        (await page.getByLabel('Result').textContent()) ?? '',
      )?.[1]
      expect(scanId).toBeDefined()
      await page.goto(`${product.baseUrl}/#/scans/${scanId}`)
      await page.getByRole('heading', { name: /^Scan of/ }).waitFor()
    },
  )

  it.runIf(chromiumPath)('shows every page on a phone and on a desk', { timeout: 120_000 }, async () => {
    await using browser = await openBrowser()
    const { items } = await ok<{ items: { protocol_id: string }[] }>('/risk/protocols')
    const pages = {
      overview: '',
      protocol: `protocols/${items[0]!.protocol_id}`,
      models: 'models',
      scans: 'scans',
    }
    const looks = [
      { width: 390, height: 844, colorScheme: 'dark' },
      { width: 1440, height: 900, colorScheme: 'light' },
    ] as const
    for (const { width, height, colorScheme } of looks) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme })
      for (const [name, path] of Object.entries({ ...pages, jobs: 'jobs', alerts: 'alerts' })) {
        await page.goto(`${product.baseUrl}/#/${path}`)
        await page.locator('main .card').first().waitFor()
        await expect.poll(() => page.locator('.skeleton').count(), { timeout: 15_000 }).toBe(0)
        expect(await page.getByText('SIMULATED MARKET').isVisible()).toBe(true)
        expect(await page.getByRole('alert').count()).toBe(0)
        // Kept by CI beside its log; nothing compares them.
        await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true })
      }
      await page.close()
    }
  })

  it('stops on Ctrl-C and leaves nothing behind', { timeout: 60_000 }, async () => {
    expect(product.leftovers().length).toBeGreaterThan(5)
    await product.stop()
    expect(product.leftovers()).toEqual([])
  })
})
