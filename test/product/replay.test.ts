import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Product, startProduct } from '../support/product.ts'

const dataset = process.env['TIDEGAUGE_DATASET']

/** Real protocols over real HTTP, where a recorded market is at hand. */
describe.runIf(dataset)('npm start on a recorded market', () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct(['--market', 'replay', '--dataset', dataset!])
  }, 60_000)
  afterAll(() => product.remove())

  it('scans the protocols as of the last recorded day', { timeout: 300_000 }, async () => {
    await eventually(
      async () => (await product.get('/anomaly/scan').catch(() => undefined))?.status === 200,
      290_000,
    )
    const { body } = await product.get('/anomaly/scan')
    const scan = body as Record<string, number | string>
    console.log('replayed scan', {
      as_of: scan['as_of'],
      total_protocols: scan['total_protocols'],
      anomalies_detected: scan['anomalies_detected'],
      normal_protocols: scan['normal_protocols'],
      insufficient_data: scan['insufficient_data'],
    })
    expect(scan['as_of']).toMatch(/^2022-02-18/)
    expect(scan['total_protocols']).toBe(39)
  })
})
