import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { Schema } from '../schema.ts'

type AlertState = Schema['alerts']['state']

const alerts = (db: Db) =>
  db
    .selectFrom('alerts')
    .leftJoin('protocols', 'protocols.id', 'alerts.protocolId')
    .selectAll('alerts')
    .select('protocols.name as protocolName')

export interface AlertFilter {
  readonly state: AlertState | undefined
  readonly level: Schema['alerts']['level'] | undefined
  readonly kind: Schema['alerts']['kind'] | undefined
  readonly protocol: string | undefined
  readonly limit: number
  readonly after: readonly [raisedAt: string, id: string] | undefined
}

/** Alerts, newest first; one more than `limit`. */
export async function listAlerts(db: Db, filter: AlertFilter) {
  let query = alerts(db)
    .select(sql<string>`alerts.raised_at::text`.as('raisedAtExact'))
    .orderBy('alerts.raisedAt', 'desc')
    .orderBy('alerts.id', 'desc')
    .limit(filter.limit + 1)
  if (filter.state) query = query.where('alerts.state', '=', filter.state)
  if (filter.level) query = query.where('alerts.level', '=', filter.level)
  if (filter.kind) query = query.where('alerts.kind', '=', filter.kind)
  if (filter.protocol) query = query.where('alerts.protocolId', '=', filter.protocol)
  if (filter.after) {
    const [raisedAt, id] = filter.after
    query = query.where(sql<boolean>`(alerts.raised_at, alerts.id) < (${raisedAt}::timestamptz, ${id}::uuid)`)
  }
  return query.execute()
}

export async function readAlert(db: Db, id: string) {
  return alerts(db).where('alerts.id', '=', id).executeTakeFirst()
}
export type AlertRow = NonNullable<Awaited<ReturnType<typeof readAlert>>>

/** What was sent of one alert, and to whom. */
export async function listDeliveries(db: Db, alertId: string) {
  return db
    .selectFrom('alertDeliveries')
    .innerJoin('alertChannels', 'alertChannels.id', 'alertDeliveries.channelId')
    .selectAll('alertDeliveries')
    .select('alertChannels.name as channelName')
    .where('alertId', '=', alertId)
    .orderBy('alertDeliveries.createdAt', 'desc')
    .limit(200)
    .execute()
}
