import type { Db } from '../src/db/connection.ts'
import { listIncidentKeys } from '../src/db/incidents.ts'
import { eachDailyColumns } from '../src/db/observations.ts'
import { type ListedProtocol, listProtocols } from '../src/db/protocols.ts'
import { dayNumber, isoDate, utcDate } from '../src/domain/calendar.ts'
import { seriesFromColumns } from '../src/features/from-columns.ts'
import type { ProtocolHistory } from '../src/training/samples.ts'

/** A protocol with its history, as far as it was known at a moment. */
export interface LoadedHistory extends ProtocolHistory {
  readonly protocol: ListedProtocol
}

/** The last `days` days up to `asOf` of every protocol (or those given) that has any observation in them. */
export async function loadHistories(
  db: Db,
  asOf: Date,
  days: number,
  protocolIds?: readonly string[],
): Promise<LoadedHistory[]> {
  const lastDay = dayNumber(utcDate(asOf))
  const [protocols, incidents] = await Promise.all([listProtocols(db), listIncidentKeys(db)])
  const byId = new Map(protocols.map((protocol) => [protocol.id, protocol]))
  const incidentDays = daysOfIncidents(incidents)
  const histories: LoadedHistory[] = []
  const range = { fromDate: isoDate(lastDay - days + 1), asOf, ...(protocolIds && { protocolIds }) }
  await eachDailyColumns(db, range, (columns) => {
    const protocol = byId.get(columns.protocolId)
    if (!protocol) return
    const { category, mainChain, parentId, defillamaId, deadFrom } = protocol
    histories.push({
      protocol,
      series: seriesFromColumns(columns),
      traits: { category, mainChain },
      parentId,
      incidentDays: [
        ...(incidentDays.get(incidentKey('protocol', defillamaId)) ?? []),
        ...(incidentDays.get(incidentKey('parent', parentId)) ?? []),
      ],
      deadFromDay: deadFrom === null ? null : dayNumber(deadFrom),
    })
  })
  return histories
}

const incidentKey = (kind: 'protocol' | 'parent', id: string | null): string => `${kind} ${id ?? ''}`

/** Losses are joined by DeFiLlama's ids, never by names. */
function daysOfIncidents(incidents: Awaited<ReturnType<typeof listIncidentKeys>>): Map<string, number[]> {
  const days = new Map<string, number[]>()
  const add = (key: string, date: string): void => {
    days.set(key, [...(days.get(key) ?? []), dayNumber(date)])
  }
  for (const { date, defillamaId, parentId } of incidents) {
    if (defillamaId !== null) add(incidentKey('protocol', defillamaId), date)
    if (parentId !== null) add(incidentKey('parent', parentId), date)
  }
  return days
}
