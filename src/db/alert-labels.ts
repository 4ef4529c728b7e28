import { sql } from 'kysely'
import type { Db } from './connection.ts'

/** An anomaly alert that somebody answered, with what every detector had said. */
export interface AlertLabel {
  readonly isTrueAlarm: boolean
  readonly scores: Readonly<Record<string, number>>
}

/** Alerts that somebody answered, the newest answers first. Raised before detectors were kept with alerts, they are left out. */
export async function listAlertLabels(db: Db, limit = 1000): Promise<AlertLabel[]> {
  const { rows } = await sql<AlertLabel>`
    select feedback = 'true_alarm' as "isTrueAlarm",
           (select jsonb_object_agg(detector->>'algorithm', (detector->>'score')::float8)
            from jsonb_array_elements(details->'detectors') as detector) as scores
    from alerts
    where kind = 'anomaly' and feedback is not null and jsonb_array_length(details->'detectors') > 0
    order by feedback_at desc
    limit ${limit}`.execute(db)
  return rows
}

/** What people said of all alerts of anomalies. */
export async function countAnswers(db: Db): Promise<{ trueAlarms: number; falseAlarms: number }> {
  return db
    .selectFrom('alerts')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('feedback', '=', 'true_alarm').as('trueAlarms'),
      eb.fn.countAll<number>().filterWhere('feedback', '=', 'false_alarm').as('falseAlarms'),
    ])
    .where('kind', '=', 'anomaly')
    .executeTakeFirstOrThrow()
}

/** Per detector: of the alerts that somebody answered, those that it would have raised alone, at the threshold of the time. */
export async function countAnswersByDetector(db: Db) {
  const { rows } = await sql<{ algorithm: string; trueAlarms: number; falseAlarms: number }>`
    select detector->>'algorithm' as algorithm,
           count(*) filter (where feedback = 'true_alarm') as "trueAlarms",
           count(*) filter (where feedback = 'false_alarm') as "falseAlarms"
    from alerts cross join jsonb_array_elements(details->'detectors') as detector
    where kind = 'anomaly' and feedback is not null
      and (detector->>'score')::float8 >= (details->>'alert_threshold')::float8
    group by 1
    order by 1`.execute(db)
  return rows
}
