import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { endRun } from '../../src/db/job-runs.ts'
import { scaled } from '../chaos/harness/size.ts'
import { startTestApi } from '../support/api.ts'
import { generatedRequests, type GeneratedRequest, type OpenApi } from '../support/generated-requests.ts'
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

const requests = scaled(10_000)

const { ask, post, db } = await startTestApi({
  http: {
    host: '127.0.0.1',
    port: 0,
    rateLimit: { calls: 1_000_000, windowMs: 60_000 },
    sessionSecret: undefined,
  },
})

async function storeEverything(): Promise<Record<string, string[]>> {
  const riskModel = await storeModel(db, 'risk')
  const anomalyModel = await storeModel(db, 'anomaly')
  await makeCurrent(db, 'risk', riskModel)
  await makeCurrent(db, 'anomaly', anomalyModel)
  for (const id of ['aave', 'curve']) {
    await storeProtocol(db, id)
    await storeSeries(db, id, 10)
    await storeVector(db, id)
    await storeRisk(db, id, riskModel)
  }
  const scan = await storeScan(db, anomalyModel, { aave: 0.9, curve: 0.2 })
  const run = (await post<{ id: string }>('/anomaly/scan')).body.id
  // Streams of a run that has ended end by themselves.
  await endRun(db, run, { state: 'failed', error: { name: 'Error', message: 'broken' } })
  const protocols = ['aave', 'curve']
  return {
    anomaly: protocols,
    features: protocols,
    protocols,
    risk: protocols,
    jobs: [run],
    models: [riskModel, anomalyModel],
    scans: [scan],
    alerts: [await storeAlert(db, 'aave')],
  }
}

const knownIds = await storeEverything()
const document = (await ask<OpenApi>('/openapi.json')).body
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(document, 'api')

const statuses = new Map<number, number>()

/** The faults of one answer against the document; none is what we want. */
async function faultsOf({ path, method, url: target, headers, body }: GeneratedRequest): Promise<string[]> {
  const answer = await ask(target, { method, headers, ...(body === undefined ? {} : { body }) })
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  const pointer = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`
  const declared = document.paths[path]![method.toLowerCase()]!.responses[answer.status]
  if (!declared) return [`status ${answer.status} is not declared: ${JSON.stringify(answer.body)}`]
  const [contentType] = (answer.headers.get('content-type') ?? '').split(';')
  const content = Object.keys(declared.content ?? {}).map((type) => type.split(';')[0])
  if (content.length === 0) return (answer.body as unknown) === '' ? [] : ['a body that is not declared']
  if (!content.includes(contentType)) return [`content type ${contentType} is not declared`]
  if (!contentType!.includes('json')) return []
  const schema = `api#${pointer}/responses/${answer.status}/content/${contentType!.replaceAll('/', '~1')}/schema`
  const validate = ajv.getSchema(schema)!
  return validate(answer.body) ? [] : [ajv.errorsText(validate.errors)]
}

it(
  `A2: answers ${requests} generated requests as its document says, and none of them with a fault of its own`,
  async () => {
    const property = fc.asyncProperty(generatedRequests(document, knownIds), async (request) => {
      expect(await faultsOf(request)).toEqual([])
    })
    await fc.assert(property, { numRuns: requests, seed: 20261122 })
    // Both kinds were among them: those that are served and those that are refused.
    const share = (status: number) => (statuses.get(status) ?? 0) / requests
    expect(share(200) + share(202)).toBeGreaterThan(0.2)
    expect(share(400)).toBeGreaterThan(0.1)
    expect(share(404)).toBeGreaterThan(0.01)
  },
  60_000 + requests * 100,
)
