import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runIdFrom } from '../../workers/run-id.ts'

describe('runIdFrom', () => {
  it('is a uuid of version 5 that depends on the text alone', () => {
    const id = runIdFrom('repeat:hourly-scan:1700000000000')
    expect(z.uuid({ version: 'v5' }).parse(id)).toBe(runIdFrom('repeat:hourly-scan:1700000000000'))
    expect(runIdFrom('repeat:hourly-scan:1700003600000')).not.toBe(id)
  })
})
