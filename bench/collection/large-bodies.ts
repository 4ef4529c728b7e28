/** A body of `/protocols` with about 1.7 kB a row, as the real one has. */
export function catalogueBody(protocols: number): string {
  const chains = ['Ethereum', 'Arbitrum', 'Base', 'Polygon', 'Optimism', 'Binance', 'Avalanche', 'Linea']
  const rows = Array.from({ length: protocols }, (_, i) => ({
    id: String(i),
    name: `Protocol ${i}`,
    address: `0x${String(i).padStart(40, '0')}`,
    symbol: `P${i}`,
    url: `https://protocol-${i}.example`,
    description: 'A protocol with a description of the usual length. '.repeat(8),
    chain: 'Multi-Chain',
    logo: `https://icons.llama.fi/protocol-${i}.png`,
    audits: '2',
    gecko_id: i % 3 === 0 ? null : `token-${i}`,
    category: 'Lending',
    chains,
    slug: `protocol-${i}`,
    tvl: 1e10 / (i + 1),
    chainTvls: Object.fromEntries(
      chains.flatMap((chain, c) => [
        [chain, 1e9 / (i + c + 1) + Math.PI],
        [`${chain}-borrowed`, 1e8 / (i + c + 1) + Math.E],
      ]),
    ),
    change_1h: 0.012345678901,
    change_1d: -1.2345678901,
    change_7d: 3.2109876543,
    mcap: null,
    listedAt: 1_648_776_877,
    methodology: 'Counts what is deposited, and leaves out what was borrowed. '.repeat(4),
  }))
  return JSON.stringify(rows)
}

/** Piece by piece: the body of a large `/protocol/{slug}`; nearly all of it are tokens by day and chain. */
export function* longProtocolBody(bytes: number): Generator<string> {
  const day = (i: number) => 1_500_076_800 + i * 86_400
  yield '{"id":"1","name":"Large","chainTvls":{'
  let written = 0
  for (let chain = 0; written < bytes; chain++) {
    yield `${chain === 0 ? '' : ','}"Chain ${chain}":{"tvl":[],"tokens":[`
    for (let i = 0; i < 2000; i++) {
      const tokens = Object.fromEntries(
        Array.from({ length: 40 }, (_, t) => [`TOKEN${t}`, (i + t) * 1234.5678]),
      )
      const text = `${i === 0 ? '' : ','}${JSON.stringify({ date: day(i), tokens })}`
      written += text.length
      yield text
    }
    yield ']}'
  }
  const tvl = Array.from({ length: 2000 }, (_, i) => ({ date: day(i), totalLiquidityUSD: 1e9 + i }))
  yield `},"tvl":${JSON.stringify(tvl)}}`
}
