import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from './connection.ts'
import type { RiskLevel, Schema } from './schema.ts'

export type AlertKind = Schema['alerts']['kind']

/** Alerts that are not cleared. */
export async function listOpenAlerts(db: Db, kind: AlertKind) {
  return db
    .selectFrom('alerts')
    .select(['id', 'protocolId', 'level', 'peakScore'])
    .where('kind', '=', kind)
    .where('state', '<>', 'cleared')
    .execute()
}

export interface NewAlert {
  readonly kind: AlertKind
  readonly protocolId: string
  readonly level: RiskLevel
  readonly score: number
  readonly message: string
  readonly details: Record<string, unknown>
  /** Null where no scan stands behind it. */
  readonly scanId: string | null
}

/** @returns the id, or undefined when the protocol got an alert in the meantime */
export async function raiseAlert(tx: Tx, alert: NewAlert): Promise<string | undefined> {
  const raised = await tx
    .insertInto('alerts')
    .values({
      ...alert,
      id: randomUUID(),
      state: 'open',
      peakScore: alert.score,
      details: JSON.stringify(alert.details),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return raised?.id
}

/** Raised again: somebody who had acknowledged or snoozed it is told that it got worse. */
export async function worsenAlert(tx: Tx, id: string, alert: NewAlert): Promise<void> {
  await tx
    .updateTable('alerts')
    .set((eb) => ({
      level: alert.level,
      score: alert.score,
      peakScore: eb.fn<number>('greatest', ['peakScore', eb.val(alert.score)]),
      message: alert.message,
      details: JSON.stringify(alert.details),
      scanId: alert.scanId,
      state: 'open',
      timesRaised: eb('timesRaised', '+', 1),
      lastRaisedAt: sql<Date>`now()`,
      snoozedUntil: null,
    }))
    .where('id', '=', id)
    .execute()
}

/** The newest score; a snooze that has run out ends. */
export async function keepAlert(tx: Tx, id: string, score: number): Promise<void> {
  await tx
    .updateTable('alerts')
    .set((eb) => ({
      score,
      peakScore: eb.fn<number>('greatest', ['peakScore', eb.val(score)]),
      state: sql`case when state = 'snoozed' and snoozed_until < now() then 'open' else state end`,
    }))
    .where('id', '=', id)
    .execute()
}

export async function clearAlerts(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('alerts')
    .set({ state: 'cleared', clearedAt: sql<Date>`now()` })
    .where('id', 'in', ids)
    .execute()
}

/** Channels that are to hear of something. */
export async function listEnabledChannels(db: Db) {
  return db.selectFrom('alertChannels').select(['id', 'minLevel']).where('isEnabled', '=', true).execute()
}

/** One row per channel and event; the same event is never sent twice. @returns the ids of the new deliveries */
export async function addDeliveries(
  tx: Tx,
  deliveries: readonly { alertId: string; channelId: string; event: string }[],
): Promise<string[]> {
  if (deliveries.length === 0) return []
  const rows = await tx
    .insertInto('alertDeliveries')
    .values(deliveries.map((delivery) => ({ ...delivery, id: randomUUID(), state: 'pending' as const })))
    .onConflict((conflict) => conflict.columns(['alertId', 'channelId', 'event']).doNothing())
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/** A delivery with everything that is sent. */
export async function readDelivery(db: Db, id: string) {
  return db
    .selectFrom('alertDeliveries as delivery')
    .innerJoin('alerts as alert', 'alert.id', 'delivery.alertId')
    .innerJoin('alertChannels as channel', 'channel.id', 'delivery.channelId')
    .leftJoin('protocols as protocol', 'protocol.id', 'alert.protocolId')
    .select([
      'delivery.id',
      'delivery.state',
      'delivery.event',
      'delivery.attempts',
      'alert.id as alertId',
      'alert.protocolId',
      'alert.kind as alertKind',
      'alert.level',
      'alert.score',
      'alert.message',
      'alert.details',
      'alert.raisedAt',
      'channel.kind',
      'channel.target',
      'channel.secret',
      'protocol.name as protocolName',
    ])
    .where('delivery.id', '=', id)
    .executeTakeFirst()
}
export type Delivery = NonNullable<Awaited<ReturnType<typeof readDelivery>>>

/** The log of one attempt. */
export async function recordAttempt(
  db: Db,
  id: string,
  outcome: { state: 'pending' | 'delivered' | 'dead'; status: number | null; error: string | null },
): Promise<void> {
  await db
    .updateTable('alertDeliveries')
    .set((eb) => ({
      state: outcome.state,
      lastStatus: outcome.status,
      lastError: outcome.error,
      attempts: eb('attempts', '+', 1),
      deliveredAt: outcome.state === 'delivered' ? sql<Date>`now()` : null,
    }))
    .where('id', '=', id)
    .execute()
}

/** The loudest event of each protocol and day in the weeks before `asOf`. */
export async function listPastEvents(db: Db, asOf: Date, weeks: number) {
  const { rows } = await sql<{ protocolId: string; day: number; score: number }>`
    select distinct on (protocol_id, as_of::date)
           protocol_id as "protocolId", as_of::date - date '1970-01-01' as day, anomaly_score as score
    from anomaly_scores
    where is_anomaly and verdict = 'event'
      and as_of < ${asOf}::timestamptz and as_of >= ${asOf}::timestamptz - make_interval(weeks => ${sql.lit(weeks)})
    order by protocol_id, as_of::date, anomaly_score desc`.execute(db)
  return rows
}

/** Alerts raised in so many days up to now. */
export async function countRaised(
  db: Db,
  { kind, days }: { kind?: AlertKind; days: number },
): Promise<number> {
  let query = db
    .selectFrom('alerts')
    .select((eb) => eb.fn.countAll<number>().as('raised'))
    .where('raisedAt', '>', sql<Date>`now() - make_interval(days => ${sql.lit(days)})`)
  if (kind) query = query.where('kind', '=', kind)
  return (await query.executeTakeFirstOrThrow()).raised
}

/** When the oldest scan of the last weeks was made. */
export async function oldestScan(db: Db, asOf: Date, weeks: number): Promise<Date | undefined> {
  const row = await db
    .selectFrom('scans')
    .select('asOf')
    .where('asOf', '>=', sql<Date>`${asOf}::timestamptz - make_interval(weeks => ${sql.lit(weeks)})`)
    .orderBy('asOf')
    .limit(1)
    .executeTakeFirst()
  return row?.asOf
}
