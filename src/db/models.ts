import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Insertable, sql } from 'kysely'
import type { Db, Tx } from './connection.ts'
import type { ModelKind, Schema } from './schema.ts'

export type NewModel = Omit<
  Insertable<Schema['models']>,
  'artifact' | 'artifactSha256' | 'driftReference' | 'metrics' | 'params' | 'importance' | 'version'
> & {
  readonly params: Record<string, unknown>
  readonly metrics: object
  readonly importance: Record<string, Record<string, number>>
  /** Plain JSON. */
  readonly artifact: unknown
  /** What later scans are compared with; plain JSON. */
  readonly driftReference?: unknown
}

/** A stored artifact is not the one that was stored. */
export class ArtifactDigestError extends Error {
  override name = 'ArtifactDigestError'
}

/** Adds the next version of its kind. @returns the version */
export async function insertModel(tx: Tx, model: NewModel): Promise<number> {
  const artifact = gzipSync(JSON.stringify(model.artifact))
  // Two trainings that end together would both find the same next version; readers are not kept waiting.
  await sql`lock table models in share row exclusive mode`.execute(tx)
  const { version } = await tx
    .insertInto('models')
    .values((eb) => ({
      ...model,
      version: sql<number>`(select coalesce(max(version), 0) + 1 from models where kind = ${eb.val(model.kind)})`,
      params: JSON.stringify(model.params),
      metrics: JSON.stringify(model.metrics),
      importance: JSON.stringify(model.importance),
      driftReference: model.driftReference === undefined ? null : JSON.stringify(model.driftReference),
      artifact,
      artifactSha256: createHash('sha256').update(artifact).digest('hex'),
    }))
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

/** The model that the pointer names. */
export async function findCurrentModel(db: Db, kind: ModelKind) {
  return db
    .selectFrom('currentModels')
    .innerJoin('models', 'models.id', 'currentModels.modelId')
    .select(['models.id', 'models.version', 'models.algorithm'])
    .where('currentModels.kind', '=', kind)
    .executeTakeFirst()
}

/** A registered model, and whether it is the current one of its kind. */
export async function findModel(db: Db, id: string) {
  return db
    .selectFrom('models')
    .leftJoin('currentModels', 'currentModels.modelId', 'models.id')
    .select(['models.id', 'models.kind', 'models.version', 'models.algorithm', 'models.reason'])
    .select((eb) => eb('currentModels.modelId', 'is not', null).$castTo<boolean>().as('isCurrent'))
    .where('models.id', '=', id)
    .executeTakeFirst()
}

/** @throws ArtifactDigestError when the stored bytes do not match their digest */
export async function readArtifact(db: Db, modelId: string): Promise<unknown> {
  const { artifact, artifactSha256 } = await db
    .selectFrom('models')
    .select(['artifact', 'artifactSha256'])
    .where('id', '=', modelId)
    .executeTakeFirstOrThrow()
  const digest = createHash('sha256').update(artifact).digest('hex')
  if (digest !== artifactSha256)
    throw new ArtifactDigestError(
      `Model ${modelId}: expected an artifact with sha256 ${artifactSha256}, got ${digest}`,
    )
  return JSON.parse(gunzipSync(artifact).toString())
}

/** What a training run has already found out, by candidate. */
export async function readCandidateResults(db: Db, trainingRunId: string) {
  return db
    .selectFrom('candidateResults')
    .select(['candidate', 'algorithm', 'params', 'result'])
    .where('trainingRunId', '=', trainingRunId)
    .orderBy('candidate')
    .execute()
}

export async function saveCandidateResult(
  db: Db,
  row: {
    trainingRunId: string
    candidate: string
    algorithm: string
    params: Record<string, unknown>
    result: unknown
  },
): Promise<void> {
  await db
    .insertInto('candidateResults')
    .values({ ...row, params: JSON.stringify(row.params), result: JSON.stringify(row.result) })
    .onConflict((conflict) => conflict.columns(['trainingRunId', 'candidate']).doNothing())
    .execute()
}
