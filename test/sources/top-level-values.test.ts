import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyTooLargeError, MalformedBodyError } from '../../src/sources/http/body.ts'
import { readTopLevelValues } from '../../src/sources/http/top-level-values.ts'
import { protocol } from './bodies/defillama.ts'

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += size) {
    yield bytes.subarray(i, i + size)
    await Promise.resolve()
  }
}
const read = (text: string, size = 7, most = 1e6) => readTopLevelValues(cut(text, size), ['tvl', 'id'], most)

describe('picking top-level values out of a stream', () => {
  it('finds the top-level "tvl" and none of the nested ones', async () => {
    expect(await read(JSON.stringify(protocol))).toEqual({ tvl: protocol.tvl, id: '1599' })
  })

  it('agrees with JSON.parse on any object, however it is cut', async () => {
    const json = fc.dictionary(fc.oneof(fc.constantFrom('tvl', 'id', 'a"b\\'), fc.string()), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (object, size, spaced) => {
        const text = JSON.stringify(object, null, spaced ? 2 : 0)
        const parsed = JSON.parse(text) as Record<string, unknown>
        const expected = Object.fromEntries(
          ['tvl', 'id'].filter((k) => k in parsed).map((k) => [k, parsed[k]]),
        )
        expect({ ...(await read(text, size)) }).toEqual(expected)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('refuses every body that is cut off', async () => {
    const text = JSON.stringify(protocol)
    for (let end = 0; end < text.length; end += 11) {
      await expect(read(text.slice(0, end), 64)).rejects.toThrow(MalformedBodyError)
    }
  })

  it.each([
    '[]',
    '"text"',
    'Internal Error',
    '<html>',
    '{}{}',
    '{"tvl":}',
    '{"tvl":[NaN]}',
    '{"tvl":1]]',
    '{"id"}',
    '',
  ])('refuses %s', async (text) => {
    await expect(read(text)).rejects.toThrow(MalformedBodyError)
  })

  it('holds no more than allowed', async () => {
    await expect(read(`{"tvl":[${'1,'.repeat(5000)}1]}`, 64, 1000)).rejects.toThrow(BodyTooLargeError)
    expect(await read(`{"other":[${'1,'.repeat(5000)}1],"id":2}`, 64, 1000)).toEqual({ id: 2 })
  })
})
