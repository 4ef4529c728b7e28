import type { Random } from '../../../models/random.ts'
import type { IncidentKind } from './categories.ts'
import type { MarketFactor } from './market-factor.ts'
import { between, chance, pick } from './noise.ts'
import type { SimulatedProtocol } from './organisations.ts'

/** Something that happens to a protocol, with what it adds to the daily log returns from `start` on. */
export interface Incident {
  readonly kind: IncidentKind
  /** Index of the first day. */
  readonly start: number
  readonly days: number
  /** The share of TVL that it takes; of wash volume the factor on volume. */
  readonly severity: number
}

/** The life of a protocol before any price is drawn: incidents, and the strain that leads to them. */
export interface Fate {
  readonly incidents: readonly Incident[]
  /** Hidden strain per day, about standard normal, slow; it shows in flows, volatility and volume. */
  readonly strain: Float64Array
  /** Index of the day on which the series stops; `days` for a survivor. */
  readonly end: number
}

/** Additions to the daily log returns; volume's is an addition to the level. */
export interface Impact {
  readonly tvl: Float64Array
  readonly price: Float64Array
  readonly volume: Float64Array
}

/** Hazard per day of a protocol of middling quality without strain in a calm market. */
const baseHazard = 0.0009
const minimumAgeDays = 14

/** Incidents come faster to bad protocols, under strain and in falling markets. */
export function drawFate(random: Random, protocol: SimulatedProtocol, market: MarketFactor): Fate {
  const days = market.returns.length
  const strain = drawStrain(random, days)
  const incidents: Incident[] = []
  const calm = baseHazard * protocol.category.danger * Math.exp(-0.9 * protocol.quality)
  let busyUntil = protocol.listed + minimumAgeDays
  let end = days
  for (let t = busyUntil; t < end; t++) {
    const hazard = calm * Math.exp(0.9 * strain[t]! + 1.2 * market.pressure[t]!)
    if (!chance(random, hazard) || t < busyUntil) continue
    const incident = drawIncident(random, protocol, t)
    incidents.push(incident)
    busyUntil = t + incident.days + 10
    if (chance(random, deadliness(incident))) end = Math.min(days, t + incident.days + 15 + random.below(45))
  }
  return { incidents, strain, end }
}

/** A slow AR(1) with a half-life of three weeks. */
function drawStrain(random: Random, days: number): Float64Array {
  const memory = 0.968
  const shock = Math.sqrt(1 - memory * memory)
  const strain = new Float64Array(days)
  let level = random.normal()
  for (let t = 0; t < days; t++) {
    strain[t] = level
    level = memory * level + shock * random.normal()
  }
  return strain
}

function drawIncident(random: Random, protocol: SimulatedProtocol, start: number): Incident {
  const { incidents } = protocol.category
  const kinds = Object.keys(incidents) as IncidentKind[]
  const kind = pick(random, kinds, (name) => incidents[name])
  const [low, high] = severities[kind]
  const [shortest, longest] = durations[kind]
  return {
    kind,
    start,
    days: shortest + random.below(longest - shortest + 1),
    severity: between(random, low, high),
  }
}

const severities: Readonly<Record<IncidentKind, readonly [number, number]>> = {
  'bank-run': [0.35, 0.8],
  depeg: [0.4, 0.95],
  'slow-bleed': [0.35, 0.75],
  'tvl-drain': [0.3, 0.97],
  'wash-volume': [4, 25],
}
const durations: Readonly<Record<IncidentKind, readonly [number, number]>> = {
  'bank-run': [4, 10],
  depeg: [2, 6],
  'slow-bleed': [25, 60],
  'tvl-drain': [1, 1],
  'wash-volume': [6, 25],
}

function deadliness({ kind, severity }: Incident): number {
  if (kind === 'wash-volume') return 0.02
  return severity > 0.75 ? 0.45 : 0.08
}

/** Adds an incident to the returns of the protocol's TVL and of the organisation's price and volume. */
export function addImpact(impact: Impact, { kind, start, days, severity }: Incident): void {
  const last = Math.min(start + days, impact.tvl.length)
  if (kind === 'wash-volume') {
    for (let t = start; t < last; t++) impact.volume[t]! += Math.log(severity)
    return
  }
  const daily = Math.log(1 - severity) / days
  const { priceShare, excitement } = reactions[kind]
  for (let t = start; t < last; t++) {
    impact.tvl[t]! += daily
    impact.price[t]! += priceShare * daily
  }
  const aftermath = Math.min(last + 6, impact.tvl.length)
  for (let t = start; t < aftermath; t++) {
    const fading = t < last ? 1 : 0.7 ** (t - last + 1)
    impact.volume[t]! += excitement * fading
    if (t >= last) impact.tvl[t]! -= 0.02 * fading
  }
}

/** How much of the fall of ln TVL the token's price takes, and what it adds to ln volume. */
const reactions: Readonly<
  Record<Exclude<IncidentKind, 'wash-volume'>, { readonly priceShare: number; readonly excitement: number }>
> = {
  'bank-run': { priceShare: 0.35, excitement: 0.9 },
  depeg: { priceShare: 1.2, excitement: 1.4 },
  'slow-bleed': { priceShare: 0.4, excitement: -0.2 },
  'tvl-drain': { priceShare: 0.3, excitement: 1.8 },
}
