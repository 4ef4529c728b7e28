import { expect, it } from 'vitest'
import { context, startStation } from './support/station.ts'

const { upstream, sources } = await startStation()

it('fetches the catalogue', async () => {
  upstream.answer({ body: [{ slug: 'aave-v3', name: 'Aave V3', tvl: 5, chains: ['Ethereum'], id: '1599' }] })
  const { rows, refused } = await sources.defillama.protocols(context())
  expect(rows).toHaveLength(1)
  expect(refused).toEqual([])
  expect(upstream.arrivals.map(({ path }) => path)).toEqual(['/protocols'])
})
it('streams a series', async () => {
  upstream.answer({
    body: { a: { tvl: [1, { b: '}]"\\"' }] }, tvl: [{ date: 1772928000, totalLiquidityUSD: 5 }], z: 'x' },
  })
  const { rows } = await sources.defillama.protocol('aave-v3', context())
  expect(rows).toEqual([{ protocolId: 'aave-v3', date: '2026-03-08', tvlUsd: 5, partial: false }])
})
it('classifies', async () => {
  upstream.answer({ status: 400, body: 'Protocol not found' })
  await expect(sources.defillama.protocol('nope', context())).rejects.toMatchObject({
    kind: 'not-found',
    status: 400,
  })
  expect(upstream.arrivals).toHaveLength(1)
})
