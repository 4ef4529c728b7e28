import { expect, it } from 'vitest'
import { startTestApi } from '../support/api.ts'
import { storeProtocol } from '../support/stored-results.ts'

const { ask, db } = await startTestApi()

it('answers 503 not_trained for a known protocol while there is no model', async () => {
  await storeProtocol(db, 'early')
  for (const path of ['/anomaly/protocols/early', '/risk/protocols/early', '/features/shap/early'])
    expect(await ask(path), path).toMatchObject({ status: 503, body: { code: 'not_trained' } })
  for (const path of ['/features/importance', '/risk/protocols'])
    expect(await ask(path), path).toMatchObject({ status: 503, body: { code: 'not_trained' } })
  expect(await ask('/anomaly/scan')).toMatchObject({ status: 503, body: { code: 'not_scanned' } })
})

it('answers 404 for an unknown protocol all the same', async () => {
  const paths = [
    '/anomaly/protocols/none',
    '/risk/protocols/none',
    '/features/shap/none',
    '/features/protocols/none',
  ]
  for (const path of paths)
    expect(await ask(path), path).toMatchObject({ status: 404, body: { code: 'unknown_protocol' } })
})
