import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { protocolSchema } from '../../src/domain/market.ts'
import { withoutError } from '../../src/sources/coingecko/error-body.ts'
import { parseMarketChart } from '../../src/sources/coingecko/market-chart.ts'
import { parseMarkets } from '../../src/sources/coingecko/markets.ts'
import { parseCatalogue } from '../../src/sources/defillama/catalogue.ts'
import { parseCoinChart, parseCoinPrices } from '../../src/sources/defillama/coins.ts'
import { parseDexOverview } from '../../src/sources/defillama/dex-overview.ts'
import { parseHacks } from '../../src/sources/defillama/hacks.ts'
import { parseParentToken } from '../../src/sources/defillama/parent-tokens.ts'
import { parseCurrentTvl, parseDexSummary, parseTvlSeries } from '../../src/sources/defillama/series.ts'
import { refusalReasons, type Parsed } from '../../src/sources/fetched.ts'
import {
  BodyTooLargeError,
  ErrorBodyError,
  MalformedBodyError,
  readBody,
  readJson,
  type BodyReader,
} from '../../src/sources/http/body.ts'
import { readTopLevelValues } from '../../src/sources/http/top-level-values.ts'
import { dailyChart, markets } from './bodies/coingecko.ts'
import * as llama from './bodies/defillama.ts'
import { mutated } from './support/mutations.ts'
import { now as instant } from './support/station.ts'

/** Bodies for each endpoint; the full measure is `TIDEGAUGE_MUTATIONS=10000`. */
const numRuns = Number(process.env['TIDEGAUGE_MUTATIONS'] ?? 250)

const now = instant.getTime()
const keys = ['coingecko:aave', 'coingecko:lido-dao']

const usd = (most: number) => z.number().min(0).max(most)
const price = usd(1e12).positive()
const date = z.iso.date().refine((text) => text >= '2009-01-03' && text <= '2026-03-10')
const partial = z.boolean()

/** What every row must look like, whatever was sent. */
const rowSchemas = {
  catalogue: z.strictObject({ protocol: protocolSchema, tvlUsd: usd(1e13).nullable() }),
  parentToken: z.strictObject({ parentId: z.string(), geckoId: z.string().min(1).max(128).nullable() }),
  tvlDay: z.strictObject({ protocolId: z.literal('some'), date, tvlUsd: usd(1e13), partial }),
  currentTvl: z.strictObject({ protocolId: z.literal('some'), tvlUsd: usd(1e13).nullable() }),
  dexDay: z.strictObject({ protocolId: z.literal('some'), date, dexVolumeUsd: usd(1e14), partial }),
  dex: z.strictObject({
    defillamaId: z.string(),
    name: z.string().min(1).max(256),
    dexVolume24hUsd: usd(1e14).nullable(),
  }),
  incident: z.strictObject({
    id: z.string().length(32),
    date,
    name: z.string().min(1).max(256),
    technique: z.string().max(500).nullable(),
    classification: z.string().max(500).nullable(),
    amountUsd: usd(1e12).nullable(),
    returnedUsd: usd(1e12).nullable(),
    chains: z.array(z.string().max(128)).max(100),
    defillamaId: z.string().max(64).nullable(),
    parentId: z.string().max(128).nullable(),
    source: z.string().max(500).nullable(),
  }),
  coinPrice: z.strictObject({
    key: z.enum(keys),
    at: z.date(),
    priceUsd: price,
    confidence: z.number().min(0).max(1).nullable(),
  }),
  coinDay: z.strictObject({ key: z.enum(keys), date, priceUsd: price, partial }),
  token: z.strictObject({
    geckoId: z.enum(['aave', 'multichain']),
    priceUsd: price.nullable(),
    marketCapUsd: usd(1e14).positive().nullable(),
    volumeUsd: usd(1e14).nullable(),
    updatedAt: z.date().nullable(),
  }),
  tokenDay: z.strictObject({
    geckoId: z.literal('aave'),
    date,
    priceUsd: price.nullable(),
    marketCapUsd: usd(1e14).positive().nullable(),
    volumeUsd: usd(1e14).nullable(),
    partial,
  }),
}

type Endpoint = readonly [name: string, sound: unknown, row: z.ZodType, read: BodyReader<Parsed<unknown>>]

const whole = (parse: (body: unknown) => Parsed<unknown>): BodyReader<Parsed<unknown>> => {
  return async (chunks) => parse(await readJson(chunks))
}
const endpoints: readonly Endpoint[] = [
  ['/protocols', llama.protocols, rowSchemas.catalogue, whole(parseCatalogue)],
  [
    '/protocol/{slug}',
    llama.protocol,
    rowSchemas.tvlDay,
    async (chunks) => parseTvlSeries((await readTopLevelValues(chunks, ['tvl'], 1e6)).tvl, 'some', now),
  ],
  [
    '/protocol/{parent}',
    { ...llama.protocol, gecko_id: 'aave' },
    rowSchemas.parentToken,
    async (chunks) =>
      parseParentToken((await readTopLevelValues(chunks, ['gecko_id'], 1e6)).gecko_id, 'aave'),
  ],
  ['/tvl/{slug}', { tvl: 12.5 }, rowSchemas.currentTvl, whole((body) => parseCurrentTvl(body, 'some'))],
  [
    '/summary/dexs/{slug}',
    llama.dexSummary,
    rowSchemas.dexDay,
    whole((body) => parseDexSummary(body, 'some', now)),
  ],
  ['/overview/dexs', llama.dexOverview, rowSchemas.dex, whole(parseDexOverview)],
  ['/hacks', llama.hacks, rowSchemas.incident, whole((body) => parseHacks(body, now))],
  [
    '/prices/current',
    llama.coinPrices,
    rowSchemas.coinPrice,
    whole((body) => parseCoinPrices(body, keys, now)),
  ],
  ['/chart', llama.coinChart, rowSchemas.coinDay, whole((body) => parseCoinChart(body, keys, now))],
  [
    '/coins/markets',
    markets,
    rowSchemas.token,
    whole((body) => parseMarkets(withoutError(body), ['aave', 'multichain'])),
  ],
  [
    '/coins/{id}/market_chart',
    dailyChart,
    rowSchemas.tokenDay,
    whole((body) => parseMarketChart(withoutError(body), 'aave', now)),
  ],
]

const typedErrors = [MalformedBodyError, BodyTooLargeError, ErrorBodyError]
const reason = z.enum(refusalReasons)

describe.each(endpoints)('a mutated body of %s', (_, sound, row, read) => {
  it('ends in rows within their bounds, reasons of the known set, or a typed error', async () => {
    const outcomes = { read: 0, refused: 0, thrown: 0 }
    await fc.assert(
      fc.asyncProperty(mutated(sound), async (text) => {
        try {
          const { value } = await readBody(Readable.from([Buffer.from(text)]), read, 1e6)
          for (const one of value.rows) row.parse(one)
          for (const one of value.refused) {
            reason.parse(one.reason)
            expect(JSON.stringify(one.sample).length).toBeLessThan(1500)
          }
          outcomes[value.refused.length > 0 ? 'refused' : 'read']++
        } catch (error) {
          if (!typedErrors.some((type) => error instanceof type)) throw error
          outcomes.thrown++
        }
      }),
      { seed: 11, numRuns },
    )
    // The mutations reach all three ends; a check that sees only one of them would prove little.
    expect(outcomes.read).toBeGreaterThan(0)
    expect(outcomes.thrown).toBeGreaterThan(0)
  }, 600_000)
})
