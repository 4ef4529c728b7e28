import type { Incident } from '../../domain/market.ts'
import type { FetchContext, Fetched, Parsed } from '../fetched.ts'
import { readJson } from '../http/body.ts'
import type { Refusal } from '../http/failure.ts'
import { fetchRows, type Station } from '../http/fetch-rows.ts'
import { readTopLevelValues } from '../http/top-level-values.ts'
import { coinsPerCall, requireAtMost } from '../plan.ts'
import type {
  CatalogueRow,
  CoinDayRow,
  CoinPriceRow,
  CurrentTvlRow,
  DexOverviewRow,
  DexVolumeRow,
  ParentTokenRow,
  TvlRow,
} from '../rows.ts'
import { parseCatalogue } from './catalogue.ts'
import { parseCoinChart, parseCoinPrices } from './coins.ts'
import { parseDexOverview } from './dex-overview.ts'
import { parseHacks } from './hacks.ts'
import { parseParentToken } from './parent-tokens.ts'
import { parseCurrentTvl, parseDexSummary, parseTvlSeries } from './series.ts'

export interface DefillamaOptions {
  /** `https://api.llama.fi` */
  readonly url: string
  /** `https://coins.llama.fi` */
  readonly coinsUrl: string
  readonly maxBodyBytes: number
}

/** A daily price chart: `span` points from `start`, one each `period`. */
export interface ChartRange {
  readonly start: Date
  readonly span: number
  /** `1d`, `4h`, … */
  readonly period: string
}

export type Defillama = ReturnType<typeof createDefillama>

/** Bodies that are parsed whole; the longest, /protocols, has 11 MB. */
const maxWholeBytes = 64 * 2 ** 20
/** One protocol's daily TVL; ten years have 300 kB. */
const maxSeriesBytes = 16 * 2 ** 20

/** DeFiLlama's free API. Every method makes one call. */
export function createDefillama(station: Station, options: DefillamaOptions) {
  const whole = Math.min(options.maxBodyBytes, maxWholeBytes)

  const get = <Row>(
    endpoint: string,
    url: URL,
    context: FetchContext,
    parse: (body: unknown, now: number) => Parsed<Row>,
  ): Promise<Fetched<Row>> =>
    fetchRows(
      station,
      {
        source: 'defillama',
        endpoint,
        url,
        maxBytes: whole,
        refusal: kindOfRefusal,
        read: async (chunks, now) => parse(await readJson(chunks), now),
      },
      context,
    )
  const api = (path: string): URL => new URL(joined(options.url, path))
  const coins = (path: string): URL => new URL(joined(options.coinsUrl, path))

  /** One value of a protocol's page. The body may exceed 50 MB; only this value is held. */
  const page = <Row>(
    slug: string,
    context: FetchContext,
    key: 'gecko_id' | 'tvl',
    parse: (value: unknown, now: number) => Parsed<Row>,
  ): Promise<Fetched<Row>> =>
    fetchRows(
      station,
      {
        source: 'defillama',
        endpoint: 'protocol',
        url: api(`protocol/${encodeURIComponent(slug)}`),
        maxBytes: options.maxBodyBytes,
        refusal: kindOfRefusal,
        read: async (chunks, now) =>
          parse((await readTopLevelValues(chunks, [key], maxSeriesBytes))[key], now),
      },
      context,
    )

  return {
    /** `GET /protocols`: the catalogue and the TVL of all protocols, some 6,500 rows of 11 MB. */
    protocols: (context: FetchContext): Promise<Fetched<CatalogueRow>> =>
      get('protocols', api('protocols'), context, parseCatalogue),

    /** `GET /protocol/{slug}`: daily TVL since listing. */
    protocol: (slug: string, context: FetchContext): Promise<Fetched<TvlRow>> =>
      page(slug, context, 'tvl', (tvl, now) => parseTvlSeries(tvl, slug, now)),

    /** `GET /protocol/{parent}`: the token that its children stand for. */
    parentToken: (parentId: string, context: FetchContext): Promise<Fetched<ParentTokenRow>> =>
      page(parentId, context, 'gecko_id', (geckoId) => parseParentToken(geckoId, parentId)),

    /** `GET /tvl/{slug}`: the TVL of the moment. */
    currentTvl: (slug: string, context: FetchContext): Promise<Fetched<CurrentTvlRow>> =>
      get('tvl', api(`tvl/${encodeURIComponent(slug)}`), context, (body) => parseCurrentTvl(body, slug)),

    /** `GET /summary/dexs/{slug}`: daily DEX volume. */
    dexSummary: (slug: string, context: FetchContext): Promise<Fetched<DexVolumeRow>> =>
      get(
        'summary/dexs',
        api(
          `summary/dexs/${encodeURIComponent(slug)}?excludeTotalDataChart=false&excludeTotalDataChartBreakdown=true`,
        ),
        context,
        (body, now) => parseDexSummary(body, slug, now),
      ),

    /** `GET /overview/dexs`: the last day's volume of every DEX. */
    dexOverview: (context: FetchContext): Promise<Fetched<DexOverviewRow>> =>
      get(
        'overview/dexs',
        api('overview/dexs?excludeTotalDataChart=true&excludeTotalDataChartBreakdown=true'),
        context,
        parseDexOverview,
      ),

    /** `GET /hacks`: recorded losses. May be on the paid plan: an `UpstreamError` of kind `paid-only`. */
    hacks: (context: FetchContext): Promise<Fetched<Incident>> =>
      get('hacks', api('hacks'), context, parseHacks),

    /** `GET /prices/current/{coins}`. @param keys at most `coinsPerCall`, see `coinKey` */
    coinPrices: (keys: readonly string[], context: FetchContext): Promise<Fetched<CoinPriceRow>> =>
      get('prices/current', coins(`prices/current/${coinPath(keys)}`), context, (body, now) =>
        parseCoinPrices(body, keys, now),
      ),

    /** `GET /chart/{coins}`. @param keys at most `coinsPerCall`, see `coinKey` */
    coinChart: (
      keys: readonly string[],
      { start, span, period }: ChartRange,
      context: FetchContext,
    ): Promise<Fetched<CoinDayRow>> => {
      const from = Math.floor(start.getTime() / 1000)
      const query = `start=${from}&span=${span}&period=${encodeURIComponent(period)}`
      return get('chart', coins(`chart/${coinPath(keys)}?${query}`), context, (body, now) =>
        parseCoinChart(body, keys, now),
      )
    },
  }
}

function joined(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`
}

/** Colons and commas are separators here; all else in a key is escaped. */
function coinPath(keys: readonly string[]): string {
  requireAtMost(keys, coinsPerCall, 'coins')
  return keys.map((key) => encodeURIComponent(key).replaceAll('%3A', ':')).join(',')
}

/** DeFiLlama answers in plain text: 400 for what it does not know, 402 for what it sells. */
const kindOfRefusal: Refusal = (status) => (status === 400 ? 'not-found' : null)
