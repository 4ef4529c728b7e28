import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runIdFrom, runIdOf } from '../../queues/run-id.ts'

describe('runIdFrom', () => {
  it('is a uuid of version 5 that depends on the text alone', () => {
    const id = runIdFrom('repeat:hourly-scan:1700000000000')
    expect(z.uuid({ version: 'v5' }).parse(id)).toBe(runIdFrom('repeat:hourly-scan:1700000000000'))
    expect(runIdFrom('repeat:hourly-scan:1700003600000')).not.toBe(id)
  })
})

describe('runIdOf', () => {
  it('is the id of a submitted job, and made from the name of a scheduled one', () => {
    expect(runIdOf('5e213491-5a6d-4d08-b2a5-130b5d067cdf')).toBe('5e213491-5a6d-4d08-b2a5-130b5d067cdf')
    expect(runIdOf('repeat:hourly-scan:1700000000000')).toBe(runIdFrom('repeat:hourly-scan:1700000000000'))
  })
})
