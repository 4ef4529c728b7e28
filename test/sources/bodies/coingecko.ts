/** Bodies in the shapes that CoinGecko v3 was seen to send, with made-up numbers. */

/** `GET /coins/markets` */
export const markets = [
  {
    id: 'aave',
    symbol: 'aave',
    name: 'Aave',
    current_price: 210.5,
    market_cap: 3_150_000_000,
    fully_diluted_valuation: 3_368_000_000,
    total_volume: 240_000_000,
    high_24h: 214,
    low_24h: 208,
    price_change_percentage_24h: -0.4,
    circulating_supply: 14_980_000,
    total_supply: 16_000_000,
    last_updated: '2026-03-09T11:58:12.345Z',
  },
  {
    id: 'multichain',
    symbol: 'multi',
    name: 'Multichain',
    current_price: 0.01,
    market_cap: 0,
    total_volume: null,
    last_updated: null,
  },
]

/** `GET /coins/{id}/market_chart` over more than 90 days: 00:00 UTC and one point of "now". */
export const dailyChart = {
  prices: [
    [1_772_841_600_000, 205],
    [1_772_928_000_000, 207.25],
    [1_773_014_400_000, 210],
    [1_773_057_432_000, 211.5],
  ],
  market_caps: [
    [1_772_841_600_000, 0],
    [1_772_928_000_000, 3_100_000_000],
    [1_773_014_400_000, null],
    [1_773_057_432_000, 3_165_000_000],
  ],
  total_volumes: [
    [1_772_841_600_000, 200_000_000],
    [1_772_928_000_000, 210_000_000],
    [1_773_014_400_000, 220_000_000],
    [1_773_057_432_000, 230_000_000],
  ],
}

export const rateLimited = {
  status: { error_code: 429, error_message: "You've exceeded the Rate Limit. Please visit https://…" },
}

export const pastYear = {
  error: { status: { error_code: 10012, error_message: 'Your request exceeds the allowed past 365 days.' } },
}

export const wrongPlan = {
  error: {
    status: { error_code: 10010, error_message: 'If you are using Pro API key, please change the root URL' },
  },
}
