import { describe, expect, it } from 'vitest'
import { protocolSchema } from '../../src/domain/market.ts'
import { parseCatalogue } from '../../src/sources/defillama/catalogue.ts'
import { parentsWithoutToken, withParentTokens } from '../../src/sources/defillama/parent-tokens.ts'
import { protocols } from './bodies/defillama.ts'
import { fixture, fixturesDir } from './support/fixtures.ts'

const [aaveV3, aaveV2, lido] = protocols

function only(row: Record<string, unknown>) {
  return parseCatalogue([{ slug: 'some', name: 'Some', tvl: 1, ...row }])
}

function reasonOf(row: Record<string, unknown>) {
  const { rows, refused } = only(row)
  expect(rows).toEqual([])
  return refused.map(({ reason }) => reason)
}

describe('the catalogue', () => {
  it('takes the TVL as it stands and never adds up the sections of chainTvls', () => {
    const { rows } = parseCatalogue(protocols)
    expect(rows.find(({ protocol }) => protocol.id === 'aave-v3')?.tvlUsd).toBe(20_000_000_000)
  })

  it('names the chain with most TVL, and no section such as "Ethereum-borrowed"', () => {
    const { rows } = parseCatalogue(protocols)
    expect(rows.map(({ protocol }) => protocol.mainChain)).toEqual([
      'Ethereum',
      'Ethereum',
      'Ethereum',
      'Fantom',
    ])
  })

  it('does not believe a chain that holds more than all money', () => {
    const chainTvls = { Ethereum: 1e300, Base: 5, Polygon: 'much', Linea: 7 }
    expect(parseCatalogue([{ ...lido, chainTvls }]).rows[0]?.protocol.mainChain).toBe('Linea')
  })

  it('leaves out exchanges and chains and keeps bridges', () => {
    const { rows, refused } = parseCatalogue(protocols)
    expect(rows.map(({ protocol }) => protocol.id)).toEqual(['aave-v3', 'aave-v2', 'lido', 'multichain'])
    expect(refused).toEqual([])
  })

  it('keeps a TVL of zero, and knows what is unknown', () => {
    const { rows } = parseCatalogue([...protocols, { slug: 'new', name: 'New', tvl: null }])
    expect(rows.find(({ protocol }) => protocol.id === 'multichain')?.tvlUsd).toBe(0)
    expect(rows.find(({ protocol }) => protocol.id === 'new')?.tvlUsd).toBeNull()
  })

  it('reads everything that is stored of a protocol', () => {
    expect(parseCatalogue([aaveV3]).rows[0]?.protocol).toEqual({
      id: 'aave-v3',
      name: 'Aave V3',
      symbol: 'AAVE',
      geckoId: null,
      category: 'Lending',
      chains: ['Ethereum', 'Polygon'],
      mainChain: 'Ethereum',
      defillamaId: '1599',
      parentId: 'aave',
      listedAt: '2022-04-01',
      deadFrom: null,
    })
  })

  it('gives only rows that the domain accepts', () => {
    for (const { protocol } of parseCatalogue(protocols).rows) protocolSchema.parse(protocol)
  })

  it('reads "-" as no symbol and a date of death', () => {
    const { rows } = only({ symbol: '-', deadFrom: '2023-07-14' })
    expect(rows[0]?.protocol).toMatchObject({ symbol: null, deadFrom: '2023-07-14' })
  })

  it('refuses a body that is no list', () => {
    expect(() => parseCatalogue({ message: 'Internal Error' })).toThrow(/Expected another shape/)
  })
})

describe('a child without a token', () => {
  const tokenOf = (body: readonly unknown[], id: string) =>
    parseCatalogue(body).rows.find(({ protocol }) => protocol.id === id)?.protocol.geckoId

  it("takes its parent's, where the parent is listed", () => {
    const parent = { slug: 'aave', id: 'parent#aave', name: 'Aave', gecko_id: 'aave-of-parent' }
    expect(tokenOf([aaveV3, aaveV2, parent], 'aave-v3')).toBe('aave-of-parent')
  })

  it('takes that of the other children, where they agree', () => {
    expect(tokenOf([aaveV3, aaveV2], 'aave-v3')).toBe('aave')
  })

  it('stays without where they do not agree', () => {
    expect(tokenOf([aaveV3, aaveV2, { ...aaveV2, slug: 'aave-x', gecko_id: 'other' }], 'aave-v3')).toBeNull()
  })

  it('takes what the page of its parent says, which is asked where the catalogue does not tell', () => {
    const { rows } = parseCatalogue([aaveV3, lido])
    expect(parentsWithoutToken(rows)).toEqual(['aave'])
    const joined = withParentTokens(rows, new Map([['aave', 'aave']]))
    expect(joined.map(({ protocol }) => protocol.geckoId)).toEqual(['aave', 'lido-dao'])
  })

  it('takes nothing from strangers, and nobody loses a token of its own', () => {
    expect(tokenOf([aaveV3, lido], 'aave-v3')).toBeNull()
    expect(tokenOf([{ ...lido, parentProtocol: 'parent#aave' }, aaveV2], 'lido')).toBe('lido-dao')
  })
})

describe('a refused row', () => {
  it.each([
    ['no slug', { slug: undefined }, 'bad-slug'],
    ['a slug that is a path', { slug: '../secrets' }, 'bad-slug'],
    ['no name', { name: '' }, 'bad-name'],
    ['a TVL in words', { tvl: '12' }, 'not-a-number'],
    ['a negative TVL', { tvl: -5 }, 'out-of-range'],
    ['a TVL beyond all money', { tvl: 1e14 }, 'out-of-range'],
    ['a category that is a number', { category: 5 }, 'bad-shape'],
    ['chains that are no list', { chains: 'Ethereum' }, 'bad-shape'],
    ['a token id that is an object', { gecko_id: {} }, 'bad-shape'],
    ['a listing date that is no date', { listedAt: 'yesterday' }, 'bad-date'],
    ['a date of death that does not exist', { deadFrom: '2023-02-31' }, 'bad-date'],
  ])('has %s', (_, row, reason) => {
    expect(reasonOf(row)).toEqual([reason])
  })

  it('comes with its key and a sample cut down to size', () => {
    const { refused } = only({
      tvl: 'x'.repeat(1e6),
      chains: new Array(5000).fill('Ethereum'),
      nested: { deep: {} },
    })
    expect(refused[0]).toMatchObject({ source: 'defillama', endpoint: 'protocols', key: 'some' })
    expect(JSON.stringify(refused[0]?.sample).length).toBeLessThan(1200)
  })

  it('is the second one of a slug', () => {
    const { rows, refused } = parseCatalogue([lido, { ...lido, tvl: 1 }])
    expect(rows.map(({ tvlUsd }) => tvlUsd)).toEqual([25_000_000_000])
    expect(refused.map(({ reason }) => reason)).toEqual(['duplicate-key'])
  })

  it('is counted even where a thousand samples are enough', () => {
    const { refused, refusedCounts } = parseCatalogue(new Array(3000).fill(7))
    expect(refused).toHaveLength(1000)
    expect(refusedCounts).toEqual({ 'bad-shape': 3000 })
  })
})

describe.runIf(fixturesDir)('the real /protocols records', () => {
  it('are all believed', () => {
    const { rows, refused } = parseCatalogue(fixture('defillama_protocols_sample_2025-10.json'))
    expect(refused).toEqual([])
    expect(rows).toHaveLength(7)
    const uniswap = rows.find(({ protocol }) => protocol.id === 'uniswap-v3')
    expect(uniswap?.protocol).toMatchObject({ mainChain: 'Ethereum', category: 'Dexs', defillamaId: '2198' })
    expect(uniswap?.tvlUsd).toBeCloseTo(2_890_659_515.65, 1)
  })
})
