import { type Closing, closeScores, countOpenScores, listClosableScores } from '../../src/db/risk-scores.ts'
import { dayNumber, utcDate } from '../../src/domain/calendar.ts'
import { forwardOutcome } from '../../src/features/labels.ts'
import { type MarketMoves, marketMoves } from '../../src/features/market-moves.ts'
import { type LoadedHistory, loadHistories } from '../histories.ts'
import type { Handler } from '../handler.ts'
import { yieldToLoop } from '../yield.ts'

const batch = 5_000
/** The level before a prediction is the median of 3 days. */
const daysBefore = 3

/** What happened after each prediction whose horizon has passed: the same rule that made the training labels. */
export const closeHorizons: Handler<'close-horizons'> = async (_payload, { db, clock, progress, signal }) => {
  const now = await clock.now()
  const today = dayNumber(utcDate(now))
  // The running day is not over: what it says may still change.
  const knownUpToDay = today - 1
  let closed = 0
  for (;;) {
    const open = await listClosableScores(db, utcDate(now), batch)
    const [oldest] = open
    if (!oldest) break
    progress(0.5, `closing predictions since ${utcDate(oldest.asOf)}`)
    const sinceDays = today - Math.min(...open.map(({ asOf }) => dayNumber(utcDate(asOf)))) + daysBefore + 1
    const loaded = await loadHistories(db, now, sinceDays)
    await yieldToLoop(signal)
    await closeScores(db, closingsOf(open, loaded, knownUpToDay))
    closed += open.length
  }
  return { closed, still_open: await countOpenScores(db) }
}

type OpenScore = Awaited<ReturnType<typeof listClosableScores>>[number]

function closingsOf(
  open: readonly OpenScore[],
  loaded: readonly LoadedHistory[],
  knownUpToDay: number,
): Closing[] {
  const histories = new Map(loaded.map((history) => [history.series.protocolId, history]))
  const allSeries = loaded.map(({ series }) => series)
  const known = new Map<string, MarketMoves>()
  const movesAfter = (day: number, horizonDays: number): MarketMoves => {
    const key = `${day} ${horizonDays}`
    const moves = known.get(key) ?? marketMoves(allSeries, day, horizonDays)
    known.set(key, moves)
    return moves
  }
  return open.map(({ protocolId, asOf, modelId, horizonDays }) => {
    const history = histories.get(protocolId)
    const day = dayNumber(utcDate(asOf))
    const outcome = history
      ? forwardOutcome(history.series, day, {
          horizonDays,
          knownUpToDay,
          incidentDays: history.incidentDays ?? [],
          deadFromDay: history.deadFromDay ?? null,
          marketMoves: movesAfter(day, horizonDays),
        })
      : null
    return {
      protocolId,
      asOf,
      modelId,
      outcome: outcome?.label ?? null,
      fall: outcome?.worstSustainedFall ?? null,
      relativeFall: outcome?.relativeWorstSustainedFall ?? null,
    }
  })
}
