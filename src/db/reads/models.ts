import { sql } from 'kysely'
import type { Db } from '../connection.ts'
import type { ModelKind } from '../schema.ts'

const columns = [
  'models.id',
  'models.kind',
  'models.version',
  'models.algorithm',
  'models.engine',
  'models.params',
  'models.features',
  'models.featureSet',
  'models.importance',
  'models.horizonDays',
  'models.beatsBaselines',
  'models.windowFrom',
  'models.windowTo',
  'models.trainingRows',
  'models.artifactSha256',
  'models.reason',
  'models.runId',
  'models.createdAt',
] as const

const models = (db: Db) =>
  db
    .selectFrom('models')
    .leftJoin('currentModels', 'currentModels.modelId', 'models.id')
    .select(columns)
    .select((eb) => eb('currentModels.modelId', 'is not', null).as('isCurrent'))

export async function readModel(db: Db, id: string) {
  return models(db).select('models.metrics').where('models.id', '=', id).executeTakeFirst()
}
export type ModelRow = NonNullable<Awaited<ReturnType<typeof readModel>>>

export async function readCurrentModel(db: Db, kind: ModelKind): Promise<ModelRow | undefined> {
  return models(db).select('models.metrics').where('currentModels.kind', '=', kind).executeTakeFirst()
}

export async function findCurrentModelId(db: Db, kind: ModelKind): Promise<string | undefined> {
  const row = await db
    .selectFrom('currentModels')
    .select('modelId')
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row?.modelId
}

export async function hasCurrentModel(db: Db, kind: ModelKind): Promise<boolean> {
  return (await findCurrentModelId(db, kind)) !== undefined
}

export interface ModelFilter {
  readonly kind: ModelKind | undefined
  readonly algorithm: string | undefined
  readonly limit: number
  readonly after: readonly [createdAt: string, id: string] | undefined
}

/** Models without their artifacts and leaderboards, newest first; one more than `limit`. */
export async function listModels(db: Db, filter: ModelFilter) {
  let query = models(db)
    .select([
      sql<Record<string, unknown>>`models.metrics - 'leaderboard'`.as('metrics'),
      sql<string>`models.created_at::text`.as('createdAtExact'),
    ])
    .orderBy('models.createdAt', 'desc')
    .orderBy('models.id', 'desc')
    .limit(filter.limit + 1)
  if (filter.kind) query = query.where('models.kind', '=', filter.kind)
  if (filter.algorithm) query = query.where('models.algorithm', '=', filter.algorithm)
  if (filter.after) {
    const [createdAt, id] = filter.after
    query = query.where(
      sql<boolean>`(models.created_at, models.id) < (${createdAt}::timestamptz, ${id}::uuid)`,
    )
  }
  return query.execute()
}

/** Who made which model current, when and why; newest first, one more than `limit`. */
export async function listPromotions(
  db: Db,
  filter: { kind: ModelKind | undefined; limit: number; after: readonly [id: number] | undefined },
) {
  let query = db
    .selectFrom('modelPromotions')
    .innerJoin('models', 'models.id', 'modelPromotions.modelId')
    .selectAll('modelPromotions')
    .select(['models.version', 'models.algorithm'])
    .orderBy('modelPromotions.id', 'desc')
    .limit(filter.limit + 1)
  if (filter.kind) query = query.where('modelPromotions.kind', '=', filter.kind)
  if (filter.after) query = query.where('modelPromotions.id', '<', filter.after[0])
  return query.execute()
}
