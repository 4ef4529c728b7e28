import { z } from 'zod'
import { type DayRow, readDaysSince, readNewestDay } from '../../db/reads/sparklines.ts'
import { dayNumber, isoDate, startOfDay, utcDate } from '../../domain/calendar.ts'
import { protocolId } from '../../domain/market.ts'
import { defineRoute, json } from '../define-route.ts'

const maxIds = 100
const days = 30

const sparkline = z.object({
  protocol_id: z.string(),
  measure: z.enum(['tvl_usd', 'price_usd']).meta({ description: 'The price of protocols without a TVL' }),
  values: z
    .array(z.number().nullable())
    .length(days)
    .meta({ description: 'One per day, the oldest first; null is unknown' }),
})

/** As much of the recent past as a list of protocols shows beside their names. */
export const sparklinesRoute = defineRoute({
  method: 'get',
  path: '/sparklines',
  scope: 'read',
  tag: 'Market',
  summary: `The last ${days} days of up to ${maxIds} protocols, in few bytes`,
  query: z.strictObject({
    ids: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(protocolId).min(1).max(maxIds))
      .meta({
        description: `Ids of protocols, separated by commas, at most ${maxIds}`,
        type: 'string',
        example: 'aave-v3,lido',
      }),
  }),
  responses: {
    200: json(
      z.object({ last_day: z.iso.date().nullable(), items: z.array(sparkline) }),
      'One of each protocol that was observed in these days; the last value is that of `last_day`',
    ),
  },
  handler: async ({ query }, { db }) => {
    const lastDay = await readNewestDay(db)
    if (lastDay === null) return { status: 200, body: { last_day: null, items: [] } }
    const firstDay = dayNumber(lastDay) - (days - 1)
    const rows = await readDaysSince(db, query.ids, startOfDay(isoDate(firstDay)))
    const items = [...new Set(query.ids)].flatMap((id) =>
      sparklineOf(
        id,
        rows.filter((row) => row.protocolId === id),
        firstDay,
      ),
    )
    return { status: 200, body: { last_day: lastDay, items } }
  },
})

function sparklineOf(id: string, rows: readonly DayRow[], firstDay: number): z.input<typeof sparkline>[] {
  if (rows.length === 0) return []
  const isTvl = rows.some((row) => row.tvlUsd !== null)
  const values = new Array<number | null>(days).fill(null)
  for (const { observedAt, tvlUsd, priceUsd } of rows) {
    const value = isTvl ? tvlUsd : priceUsd
    // A line of 30 points shows no more than four digits.
    values[dayNumber(utcDate(observedAt)) - firstDay] = value === null ? null : Number(value.toPrecision(4))
  }
  return [{ protocol_id: id, measure: isTvl ? 'tvl_usd' : 'price_usd', values }]
}
