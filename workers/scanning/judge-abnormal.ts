import type { ProtocolAnomaly } from '../../src/anomaly/anomaly-model.ts'
import { frozenDays } from '../../src/anomaly/frozen-days.ts'
import { type AnomalyVerdict, judgeAnomaly } from '../../src/anomaly/verdict.ts'
import { countPersistence } from '../../src/db/scans.ts'
import { dayNumber, utcDate } from '../../src/domain/calendar.ts'
import { defaultWindowDays } from '../../src/features/build.ts'
import { glitchOrEvent } from '../../src/features/glitch-or-event.ts'
import { type Movements, volumeStrengthOf } from '../../src/features/movement-kinds.ts'
import { vectorFlags } from '../../src/features/quality.ts'
import type { DailySeries } from '../../src/features/series.ts'
import { coinKey } from '../../src/sources/defillama/coins.ts'
import { coinsPerCall, pagesOf } from '../../src/sources/plan.ts'
import { type LoadedHistory, loadHistories } from '../histories.ts'
import type { JobContext } from '../handler.ts'

const persistenceDays = 5

/** For each abnormal protocol: an event on the market, or a glitch of a feed? Only events are worth an alert. */
export async function judgeAbnormal(
  anomalies: readonly ProtocolAnomaly[],
  movements: ReadonlyMap<string, Movements>,
  asOf: Date,
  context: JobContext,
): Promise<Map<string, AnomalyVerdict>> {
  const ids = anomalies.map(({ protocolId }) => protocolId)
  if (ids.length === 0) return new Map()
  const day = dayNumber(utcDate(asOf))
  const [histories, persistence] = await Promise.all([
    loadHistories(context.db, asOf, defaultWindowDays, ids),
    countPersistence(context.db, ids, asOf, persistenceDays),
  ])
  const jumps = new Map(histories.map(({ series }) => [series.protocolId, glitchOrEvent(series, day)]))
  const ofPrice = histories.filter(({ series }) => jumps.get(series.protocolId)?.jump?.measure === 'price')
  const otherPrices = await pricesElsewhere(ofPrice, context)

  return new Map(
    histories.map((history) => {
      const { series } = history
      const id = series.protocolId
      const verdict = judgeAnomaly({
        jump: jumps.get(id)!,
        flags: vectorFlags(series, day),
        frozenDays: frozenDays(series, day),
        otherSourceRatio: ratioToOurs(otherPrices.get(history.protocol.geckoId ?? ''), series, day),
        volumeStrength: volumeStrengthOf(movements.get(id)),
        persistedScans: 1 + (persistence.get(id) ?? 0),
      })
      return [id, verdict]
    }),
  )
}

/** What DeFiLlama says now of prices that we have from CoinGecko; without an answer the verdict does without. */
async function pricesElsewhere(
  histories: readonly LoadedHistory[],
  { sources, signal, log, runId }: JobContext,
): Promise<Map<string, number>> {
  const geckoIds = [...new Set(histories.flatMap(({ protocol }) => protocol.geckoId ?? []))]
  const prices = new Map<string, number>()
  try {
    for (const page of pagesOf(geckoIds, coinsPerCall)) {
      const idOf = new Map(page.map((id) => [coinKey(id), id]))
      const answer = await sources.defillama.coinPrices([...idOf.keys()], {
        signal,
        lane: 'snapshot',
        ticket: runId,
      })
      for (const { key, priceUsd } of answer.rows) prices.set(idOf.get(key) ?? '', priceUsd)
    }
  } catch (err) {
    signal.throwIfAborted()
    log.warn({ err }, 'prices could not be compared with the other source')
  }
  return prices
}

function ratioToOurs(other: number | undefined, series: DailySeries, day: number): number | null {
  const ours = series.priceUsd[day - series.firstDay]
  return other === undefined || ours === undefined || Number.isNaN(ours) ? null : other / ours
}
