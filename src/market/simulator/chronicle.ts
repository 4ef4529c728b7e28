import type { Random } from '../../../models/random.ts'
import { isoDate } from '../../domain/calendar.ts'
import { spanOf, type DailyColumns, type Dataset } from '../dataset.ts'
import type { DatasetHack, DatasetProtocol, GroundTruth } from '../dataset-json.ts'
import type { Custodian } from './custodians.ts'
import { spoilTvl } from './feed.ts'
import { drawForeignHacks, drawHack } from './hacks.ts'
import type { Fate } from './incidents.ts'
import type { Organisation, SimulatedProtocol } from './organisations.ts'
import type { TokenPath } from './paths.ts'

/** What happened to one protocol, before a feed reports it. */
export interface Life {
  readonly organisation: Organisation
  readonly protocol: SimulatedProtocol
  readonly fate: Fate
  readonly token: TokenPath | null
  readonly tvlUsd: Float64Array
  /** Of the report: which incidents become known, and which days the feed spoils. */
  readonly report: Random
}

/** Writes lives down as a dataset: the truth beside what the feeds make of it. */
export interface Chronicle {
  addLife(life: Life): void
  addCustodian(custodian: Custodian): void
  addForeignHacks(random: Random): void
  toDataset(): Dataset
}

export function createChronicle(seed: number, firstDay: number, days: number): Chronicle {
  const protocols: DatasetProtocol[] = []
  const series: DailyColumns[] = []
  const hacks: DatasetHack[] = []
  const truth: GroundTruth = { seed, quality: {}, incidents: [], glitches: [] }

  const addIncidents = (life: Life, entry: DatasetProtocol): void => {
    for (const { kind, start, days: length, severity } of life.fate.incidents) {
      truth.incidents.push({
        slug: entry.slug,
        kind,
        first_date: isoDate(firstDay + start),
        last_date: isoDate(firstDay + Math.min(start + length, days) - 1),
        severity,
      })
      const lostUsd = severity * life.tvlUsd[start - 1]!
      const hack = drawHack(life.report, entry, { kind, day: firstDay + start, lostUsd })
      if (hack) hacks.push(hack)
    }
  }

  return {
    addLife(life) {
      const { organisation, protocol, fate, token, tvlUsd, report } = life
      const entry: DatasetProtocol = {
        slug: protocol.slug,
        name: protocol.title,
        symbol: organisation.hasToken ? organisation.name.symbol : '-',
        gecko_id: organisation.hasToken ? organisation.name.slug : null,
        category: protocol.category.name,
        chains: [...protocol.chains],
        id: String(1000 + protocols.length),
        ...(organisation.protocols.length > 1 ? { parentProtocol: `parent#${organisation.name.slug}` } : {}),
        ...(fate.end < days ? { deadFrom: isoDate(firstDay + fate.end) } : {}),
      }
      protocols.push(entry)
      truth.quality[entry.slug] = protocol.quality
      addIncidents(life, entry)
      if (!organisation.hasTvl) tvlUsd.fill(NaN)
      for (const glitch of spoilTvl(report, tvlUsd))
        truth.glitches.push({ slug: entry.slug, date: isoDate(firstDay + glitch.start), days: glitch.days })
      series.push(toColumns(firstDay, tvlUsd.subarray(0, fate.end), token))
    },
    addCustodian({ protocol, tvlUsd }) {
      protocols.push(protocol)
      series.push(toColumns(firstDay, tvlUsd, null))
    },
    addForeignHacks: (random) => void hacks.push(...drawForeignHacks(random, firstDay, days)),
    toDataset() {
      hacks.sort((a, b) => a.date - b.date)
      return { protocols, series, hacks, groundTruth: truth, ...spanOf(series) }
    },
  }
}

/** Keeps the days of TVL's length on which anything is known. */
function toColumns(firstDay: number, tvlUsd: Float64Array, token: TokenPath | null): DailyColumns {
  const known: number[] = []
  for (let t = 0; t < tvlUsd.length; t++)
    if (!Number.isNaN(tvlUsd[t]!) || (token !== null && !Number.isNaN(token.priceUsd[t]!))) known.push(t)
  const column = (values: Float64Array | undefined): Float64Array =>
    Float64Array.from(known, (t) => (values === undefined ? NaN : values[t]!))
  return {
    day: Int32Array.from(known, (t) => firstDay + t),
    tvlUsd: column(tvlUsd),
    priceUsd: column(token?.priceUsd),
    marketCapUsd: column(token?.marketCapUsd),
    volumeUsd: column(token?.volumeUsd),
  }
}
