import { beyondMarket, volumesBeyondMarket } from './beyond-market.ts'
import { type Course, coursesOfSteps, coursesOfVolume } from './courses.ts'
import type { MarketTracks } from './market-tracks.ts'
import { movementKinds, movementParts, type Movements } from './movement-kinds.ts'
import { type TrackedMeasure, type Tracks, tracksOf } from './movement-tracks.ts'
import type { DailySeries } from './series.ts'
import { memoryDays } from './usual-size.ts'

const longestDays = 28
/** Days of history that a movement looks back on. */
export const movementHistoryDays = memoryDays + longestDays + 1

/** Price and volume answer a sudden fall or not, one as likely as the other. */
const costOfAnswer = Math.LN2
/** TVL that holds makes a sudden fall less likely, by a factor of 20 at most: a token can fall alone. */
const mostAgainst = Math.log(20)

/** The movements of one protocol up to each of `days`, from those days and the ones before only. */
export function movementHistory(
  series: DailySeries,
  market: MarketTracks,
  days: readonly number[],
): Movements[] {
  const own = tracksOf(series)
  return days.map((day) => movementsOn(own, day - series.firstDay, market, day - market.firstDay))
}

/** What is known of one kind over one span: a course for each of its measures. */
type Account = readonly Course[]

function movementsOn(own: Tracks, at: number, market: MarketTracks, marketAt: number): Movements {
  const accountOf = accountant(own, at, market, marketAt)
  const spanDays = new Float64Array(movementKinds.length)
  const courses = movementKinds.flatMap(({ name, measures, spans }, kind) => {
    const accounts = spans.map((days) => measures.map((measure) => accountOf[name](measure, days)))
    const best = strongest(accounts)
    spanDays[kind] = spans[best]!
    return accounts[best]!
  })
  const byPart = (field: keyof Course): Float64Array =>
    Float64Array.from(movementParts, (_, part) => courses[part]![field])
  return { evidence: byPart('evidence'), value: byPart('value'), usual: byPart('usual'), spanDays }
}

type CourseOf = (measure: TrackedMeasure, days: number) => Course

function accountant(
  own: Tracks,
  at: number,
  market: MarketTracks,
  marketAt: number,
): Record<(typeof movementKinds)[number]['name'], CourseOf> {
  const reach = memoryDays + longestDays
  const stepsOf = (measure: 'tvl' | 'price'): Float64Array =>
    beyondMarket(own[measure], at, market.median[measure], marketAt, reach)
  const tvl = coursesOfSteps('tvl', stepsOf('tvl'), market)
  const price = coursesOfSteps('price', stepsOf('price'), market)
  const volume = coursesOfVolume(volumesBeyondMarket(own, at, market, marketAt, reach), market)
  const courses = { tvl, price, volume }
  return {
    'sudden-fall': (measure, days) => inSuddenFall(measure, courses[measure].held(days)),
    run: (_, days) => tvl.drift(days),
    bleed: (_, days) => tvl.drift(days),
    'volume-surge': (_, days) => volume.held(days),
  }
}

function inSuddenFall(measure: TrackedMeasure, course: Course): Course {
  const { evidence } = course
  return {
    ...course,
    evidence: measure === 'tvl' ? Math.max(evidence, -mostAgainst) : Math.max(evidence - costOfAnswer, 0),
  }
}

/** The index of the account with most evidence, the shortest span first. */
function strongest(accounts: readonly Account[]): number {
  const sums = accounts.map(sumOfEvidence)
  return sums.reduce((best, sum, i) => (sum > sums[best]! ? i : best), 0)
}

function sumOfEvidence(account: Account): number {
  const known = account.filter(({ evidence }) => !Number.isNaN(evidence))
  return known.length === 0 ? -Infinity : known.reduce((sum, { evidence }) => sum + evidence, 0)
}
