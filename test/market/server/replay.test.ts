import { describe, expect, it } from 'vitest'
import { dayNumber, isoDate } from '../../../src/domain/calendar.ts'
import { loadDataset } from '../../../src/market/dataset.ts'
import { startMarketServer } from '../../../src/market/server/market-server.ts'

const recorded = process.env['TIDEGAUGE_DATASET'] ?? ''

interface History {
  tvl: { date: number; totalLiquidityUSD: number }[]
}

describe.runIf(recorded !== '')('a recorded market', () => {
  it('is served as of any date: that day twice, every value as recorded, nothing later', async () => {
    const dataset = await loadDataset(recorded)
    const { firstDay, lastDay, protocols, series } = dataset
    for (const share of [0.3, 0.6, 1]) {
      const asOfDay = firstDay + Math.floor(share * (lastDay - firstDay))
      await using market = await startMarketServer({ dataset, mode: 'replay', asOf: isoDate(asOfDay) })
      const get = async (path: string): Promise<unknown> => (await fetch(`${market.url}${path}`)).json()
      const rows = (await get('/llama/protocols')) as { slug: string; tvl: number | null }[]
      const listed = protocols.filter((_, p) => (series[p]!.day[0] ?? Infinity) <= asOfDay)
      expect(rows.map(({ slug }) => slug).sort()).toEqual(listed.map(({ slug }) => slug).sort())

      for (const [p, { slug }] of protocols.entries()) {
        if (!listed.some((protocol) => protocol.slug === slug)) continue
        const { tvl } = (await get(`/llama/protocol/${slug}`)) as History
        const { day, tvlUsd } = series[p]!
        const expected = [...day.keys()]
          .filter((row) => day[row]! <= asOfDay && !Number.isNaN(tvlUsd[row]!))
          .map((row) => [day[row]! * 86_400, tvlUsd[row]!])
        const last = expected.at(-1)
        if (last?.[0] === asOfDay * 86_400) expected.push([last[0] + 43_200, last[1]!])
        expect(tvl.map(({ date, totalLiquidityUSD }) => [date, totalLiquidityUSD])).toEqual(expected)
      }
    }
  })

  it('keeps tomorrow from every endpoint', async () => {
    const dataset = await loadDataset(recorded)
    const day = dayNumber(isoDate(Math.floor((dataset.firstDay + dataset.lastDay) / 2)))
    await using market = await startMarketServer({ dataset, mode: 'replay', asOf: isoDate(day) })
    const protocol = dataset.protocols.find(
      ({ gecko_id }, p) => gecko_id !== null && dataset.series[p]!.day[0]! < day - 100,
    )!
    const instant = day * 86_400 + 43_200
    for (const path of [
      `/llama/protocol/${protocol.slug}`,
      '/llama/overview/dexs',
      '/llama/hacks',
      `/coingecko/api/v3/coins/${protocol.gecko_id!}/market_chart?vs_currency=usd&days=max`,
      `/coingecko/api/v3/coins/${protocol.gecko_id!}/market_chart?vs_currency=usd&days=30`,
      `/coins-llama/chart/coingecko:${protocol.gecko_id!}?start=${instant - 9 * 86_400}&span=30`,
    ]) {
      const body = await (await fetch(`${market.url}${path}`)).text()
      const times = [...body.matchAll(/(?:"date":|"timestamp":|\[)(\d{10}|\d{13})\b/g)].map(([, digits]) =>
        digits!.length === 13 ? Number(digits) / 1000 : Number(digits),
      )
      if (path !== '/llama/hacks') expect(times.length, path).toBeGreaterThan(5)
      expect(Math.max(0, ...times), path).toBeLessThanOrEqual(instant)
    }
  })
})
