import { dayNumber } from '../domain/calendar.ts'
import { seriesFromColumns } from '../features/from-columns.ts'
import type { Dataset } from '../market/dataset.ts'
import type { ProtocolHistory } from './samples.ts'

/** The histories of a dataset's protocols that have any row; incidents are joined on ids, never on names. */
export function historiesOf({ protocols, series, hacks }: Dataset): ProtocolHistory[] {
  const incidents = hacks.map(({ date, defillamaId, parentProtocolId }) => ({
    day: Math.floor(date / 86_400),
    ids: [defillamaId, parentProtocolId].filter((id) => id !== null && id !== undefined).map(String),
  }))
  return protocols.flatMap((protocol, i) => {
    const { day, ...columns } = series[i]!
    if (day.length === 0) return []
    const own = [protocol.id, protocol.parentProtocol].filter((id) => id !== undefined)
    return {
      series: seriesFromColumns({ protocolId: protocol.slug, days: day, ...columns }),
      traits: { category: protocol.category, mainChain: protocol.chains[0] ?? null },
      parentId: protocol.parentProtocol ?? null,
      incidentDays: incidents
        .filter(({ ids }) => ids.some((id) => own.includes(id)))
        .map(({ day: at }) => at),
      deadFromDay: protocol.deadFrom === undefined ? null : dayNumber(protocol.deadFrom),
    }
  })
}
