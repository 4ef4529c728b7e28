import type { AsOf } from './as-of.ts'
import type { MarketView } from './market-view.ts'
import type { Reply } from './reply.ts'

/** Which part of the market is asked, as of when. */
export interface MarketRequest {
  readonly view: MarketView
  readonly asOf: AsOf
  /** The groups of the route's pattern, decoded. */
  readonly params: readonly string[]
  readonly query: URLSearchParams
}

/** One endpoint of an upstream API; `pattern` matches the path behind the API's base. */
export interface Route {
  readonly pattern: RegExp
  readonly answer: (request: MarketRequest) => Reply
}

/** The first route that matches, or null. @throws URIError on a badly encoded path. */
export function findRoute(
  routes: readonly Route[],
  path: string,
): { readonly route: Route; readonly params: readonly string[] } | null {
  for (const route of routes) {
    const match = route.pattern.exec(path)
    if (match) return { route, params: match.slice(1).map((part) => decodeURIComponent(part)) }
  }
  return null
}
