import { InputError } from '../../errors.ts'
import type { FetchContext, Fetched, Parsed } from '../fetched.ts'
import { readJson } from '../http/body.ts'
import type { Refusal } from '../http/failure.ts'
import { fetchRows, type Station } from '../http/fetch-rows.ts'
import { requireAtMost, tokensPerPage } from '../plan.ts'
import type { TokenDayRow, TokenRow } from '../rows.ts'
import { historyIsPaid, withoutError } from './error-body.ts'
import { parseMarketChart } from './market-chart.ts'
import { parseMarkets } from './markets.ts'

/** `keyless` and `demo` share a host; a key of one plan is refused at the other's. */
export const coingeckoPlans = ['keyless', 'demo', 'pro'] as const
export type CoingeckoPlan = (typeof coingeckoPlans)[number]

export interface CoingeckoOptions {
  /** `https://api.coingecko.com/api/v3`, or `https://pro-api.coingecko.com/api/v3` for the pro plan. */
  readonly url: string
  readonly plan: CoingeckoPlan
  readonly apiKey?: string | undefined
  readonly maxBodyBytes: number
}

export type Coingecko = ReturnType<typeof createCoingecko>

const maxWholeBytes = 32 * 2 ** 20

/** CoinGecko v3. Every method makes one call. @throws InputError when the plan lacks its key */
export function createCoingecko(station: Station, options: CoingeckoOptions) {
  const headers = keyHeader(options)
  const get = <Row>(
    endpoint: string,
    path: string,
    context: FetchContext,
    parse: (body: unknown, now: number) => Parsed<Row>,
  ): Promise<Fetched<Row>> =>
    fetchRows(
      station,
      {
        source: 'coingecko',
        endpoint,
        url: new URL(`${options.url.replace(/\/+$/, '')}/${path}`),
        headers,
        maxBytes: Math.min(options.maxBodyBytes, maxWholeBytes),
        refusal: kindOfRefusal,
        read: async (chunks, now) => parse(withoutError(await readJson(chunks)), now),
      },
      context,
    )

  return {
    /** `GET /coins/markets`: price, market cap and volume of now. @param ids at most `tokensPerPage` */
    markets: (ids: readonly string[], context: FetchContext): Promise<Fetched<TokenRow>> => {
      requireAtMost(ids, tokensPerPage, 'ids')
      const query = new URLSearchParams({
        vs_currency: 'usd',
        ids: ids.join(','),
        per_page: String(tokensPerPage),
        page: '1',
      })
      return get('coins/markets', `coins/markets?${query.toString()}`, context, (body) =>
        parseMarkets(body, ids),
      )
    },

    /** `GET /coins/{id}/market_chart`: daily history. Over 365 days is `paid-only` below the pro plan. */
    marketChart: (id: string, days: number, context: FetchContext): Promise<Fetched<TokenDayRow>> =>
      get(
        'market_chart',
        `coins/${encodeURIComponent(id)}/market_chart?vs_currency=usd&days=${days}`,
        context,
        (body, now) => parseMarketChart(body, id, now),
      ),
  }
}

function keyHeader({ plan, apiKey }: CoingeckoOptions): Record<string, string> {
  if (plan === 'keyless') return {}
  if (apiKey === undefined || apiKey === '') {
    throw new InputError(`Expected an API key for CoinGecko's ${plan} plan, got none`)
  }
  return { [plan === 'pro' ? 'x-cg-pro-api-key' : 'x-cg-demo-api-key']: apiKey }
}

const kindOfRefusal: Refusal = (status, body) => {
  if (status === 401 && body.includes(String(historyIsPaid))) return 'paid-only'
  return null
}
