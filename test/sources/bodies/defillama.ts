/** Bodies in the shapes that DeFiLlama was seen to send, with made-up numbers. */

/** `GET /protocols`, cut to six rows: a child of a parent, a sibling with the token, a bridge, and what is skipped. */
export const protocols = [
  {
    id: '1599',
    name: 'Aave V3',
    address: null,
    symbol: 'AAVE',
    url: 'https://aave.com',
    slug: 'aave-v3',
    category: 'Lending',
    chain: 'Multi-Chain',
    chains: ['Ethereum', 'Polygon'],
    gecko_id: null,
    parentProtocol: 'parent#aave',
    tvl: 20_000_000_000,
    chainTvls: {
      Polygon: 4_000_000_000,
      'Ethereum-borrowed': 18_000_000_000,
      borrowed: 28_000_000_000,
      staking: 500_000_000,
      pool2: 1,
      Ethereum: 16_000_000_000,
    },
    mcap: null,
    change_1h: 0.1,
    change_1d: null,
    change_7d: -2,
    audits: '2',
    listedAt: 1_648_776_877,
    oracles: ['Chainlink'],
  },
  {
    id: '111',
    name: 'AAVE V2',
    symbol: 'AAVE',
    slug: 'aave-v2',
    category: 'Lending',
    chains: ['Ethereum'],
    gecko_id: 'aave',
    parentProtocol: 'parent#aave',
    tvl: 300_000_000,
    chainTvls: { Ethereum: 300_000_000 },
    mcap: 3_000_000_000,
    audits: '2',
  },
  {
    id: '182',
    name: 'Lido',
    symbol: 'LDO',
    slug: 'lido',
    category: 'Liquid Staking',
    chains: ['Ethereum'],
    gecko_id: 'lido-dao',
    tvl: 25_000_000_000,
    chainTvls: { Ethereum: 25_000_000_000, Solana: 0 },
    mcap: 900_000_000,
  },
  {
    id: '129',
    name: 'Multichain',
    symbol: 'MULTI',
    slug: 'multichain',
    category: 'Bridge',
    chains: ['Fantom'],
    gecko_id: 'multichain',
    tvl: 0,
    chainTvls: { Fantom: 0 },
    mcap: null,
    deadFrom: '2023-07-14',
  },
  {
    id: '2269',
    name: 'Binance CEX',
    symbol: '-',
    slug: 'binance-cex',
    category: 'CEX',
    chains: [],
    tvl: 1e11,
  },
  { id: '5000', name: 'Base', symbol: '-', slug: 'base', category: 'Chain', chains: ['Base'], tvl: null },
]

/** `GET /protocol/{slug}`: daily points at 00:00 UTC and one of "now" on the last day. */
export const protocol = {
  id: '1599',
  name: 'Aave V3',
  symbol: 'AAVE',
  currentChainTvls: { Ethereum: 16_000_000_000, borrowed: 28_000_000_000 },
  chainTvls: {
    Ethereum: {
      tvl: [{ date: 1_772_755_200, totalLiquidityUSD: 1 }],
      tokens: [{ date: 1_772_755_200, tokens: { 'A "quoted" ]}\\': 1 } }],
    },
    borrowed: { tvl: [{ date: 1_772_755_200, totalLiquidityUSD: 28_000_000_000 }], tokens: [] },
  },
  tvl: [
    { date: 1_772_755_200, totalLiquidityUSD: 19_000_000_000 },
    { date: 1_772_841_600, totalLiquidityUSD: 19_500_000_000 },
    { date: 1_772_928_000, totalLiquidityUSD: 19_700_000_000 },
    { date: 1_773_014_400, totalLiquidityUSD: 20_000_000_000 },
    { date: 1_773_054_000, totalLiquidityUSD: 20_100_000_000 },
  ],
  hallmarks: [[1_659_312_000, 'an event']],
  mcap: null,
}

/** `GET /summary/dexs/{slug}` */
export const dexSummary = {
  name: 'Uniswap V3',
  total24h: 1_500_000_000,
  totalDataChart: [
    [1_772_841_600, 1_400_000_000],
    [1_772_928_000, 1_500_000_000],
  ],
}

/** `GET /overview/dexs` */
export const dexOverview = {
  totalDataChart: [],
  protocols: [
    {
      defillamaId: '2198',
      name: 'Uniswap V3',
      displayName: 'Uniswap V3',
      total24h: 1_500_000_000,
      total7d: 1,
    },
    { defillamaId: '3', name: 'Curve DEX', displayName: 'Curve DEX', total24h: null },
  ],
}

/** `GET /hacks` */
export const hacks = [
  {
    date: 1_711_065_600,
    name: 'Super Sushi Samurai',
    classification: 'Protocol Logic',
    technique: 'Infinite Mint and Dump',
    amount: 4_800_000,
    chain: ['Blast'],
    bridgeHack: false,
    targetType: 'Gaming',
    source: '',
    returnedFunds: null,
    defillamaId: null,
  },
  {
    date: 1_709_856_000,
    name: 'Aave',
    classification: null,
    technique: null,
    amount: null,
    chain: null,
    bridgeHack: false,
    targetType: 'DeFi Protocol',
    source: 'https://example.org',
    returnedFunds: 2_100_000,
    defillamaId: 1336,
    parentProtocolId: 'parent#aave',
  },
]

/** `GET coins.llama.fi/prices/current/{coins}` */
export const coinPrices = {
  coins: {
    'coingecko:aave': { symbol: 'AAVE', price: 210.5, timestamp: 1_773_057_000, confidence: 0.99 },
    'coingecko:lido-dao': { symbol: 'LDO', price: 1.02, timestamp: 1_773_057_000 },
  },
}

/** `GET coins.llama.fi/chart/{coins}`: points lie minutes off midnight. */
export const coinChart = {
  coins: {
    'coingecko:aave': {
      symbol: 'AAVE',
      confidence: 0.99,
      prices: [
        { timestamp: 1_772_841_637, price: 205 },
        { timestamp: 1_772_928_011, price: 207.25 },
        { timestamp: 1_773_014_455, price: 210.5 },
      ],
    },
  },
}
