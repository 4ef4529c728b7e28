import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** The tables as TypeScript sees them; migrations/ is where they are made. Column names are camel-cased. */
export interface Schema {
  protocols: ProtocolsTable
  fetches: FetchesTable
  observations: ObservationsTable
  observationRevisions: ObservationRevisionsTable
  incidents: IncidentsTable
  quarantine: QuarantineTable
  featureVectors: FeatureVectorsTable
  models: ModelsTable
  currentModels: CurrentModelsTable
  modelPromotions: ModelPromotionsTable
  candidateResults: CandidateResultsTable
  driftRetrainings: DriftRetrainingsTable
  riskScores: RiskScoresTable
  trackRecord: TrackRecordTable
  walkForwardMisses: WalkForwardMissesTable
  scans: ScansTable
  anomalyScores: AnomalyScoresTable
  jobRuns: JobRunsTable
  jobLogs: JobLogsTable
  outbox: OutboxTable
  idempotencyKeys: IdempotencyKeysTable
  alerts: AlertsTable
  alertChannels: AlertChannelsTable
  alertDeliveries: AlertDeliveriesTable
  settings: SettingsTable
  apiKeys: ApiKeysTable
}

export type RiskLevel = 'low' | 'medium' | 'high'
export type ModelKind = 'risk' | 'anomaly'
/** Predictions that were served, or that training made for the past from what was known then. */
export type TrackRecordOrigin = 'live' | 'walk-forward'
export type RunState = 'queued' | 'active' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'quarantined'
export type RunOrigin = 'api' | 'schedule' | 'flow' | 'job'
export type Lane = 'user' | 'scheduled'

/** jsonb: read as parsed JSON, written as a JSON text. */
type Json<T = unknown> = ColumnType<T, string, string>
type NullableJson<T = unknown> = ColumnType<T | null, string | null | undefined, string | null>
/** Set by the database unless given. */
type Stamp = ColumnType<Date, Date | undefined, Date>

interface ProtocolsTable {
  id: string
  name: string
  symbol: string | null
  geckoId: string | null
  category: string | null
  chains: string[]
  mainChain: string | null
  defillamaId: string | null
  parentId: string | null
  listedAt: string | null
  deadFrom: string | null
  firstSeenAt: Stamp
  lastSeenAt: Stamp
  backfilledTo: string | null
  tokenBackfilledTo: string | null
  backfillFailedAt: Date | null
}

interface FetchesTable {
  id: Generated<number>
  source: string
  endpoint: string
  fetchedAt: Date
  contentHash: string
  rowCount: number
  refusedCount: number
}

interface MarketValues {
  tvlUsd: number | null
  priceUsd: number | null
  marketCapUsd: number | null
  volumeUsd: number | null
}

interface ObservationsTable extends MarketValues {
  protocolId: string
  resolution: 'day' | 'hour'
  observedAt: Date
  source: string
  isPartial: boolean
  fetchId: number
}

interface ObservationRevisionsTable extends MarketValues {
  id: Generated<number>
  protocolId: string
  resolution: 'day' | 'hour'
  observedAt: Date
  source: string
  fetchId: number
  replacedByFetchId: number
  replacedAt: Stamp
}

interface IncidentsTable {
  id: string
  date: string
  name: string
  technique: string | null
  classification: string | null
  amountUsd: number | null
  returnedUsd: number | null
  chains: string[]
  defillamaId: string | null
  parentId: string | null
  source: string | null
  fetchedAt: Stamp
}

interface QuarantineTable {
  source: string
  endpoint: string
  key: string
  reason: string
  day: string
  seen: Generated<number>
  sample: NullableJson
  lastSeenAt: Stamp
}

interface FeatureVectorsTable {
  protocolId: string
  asOf: Date
  featureSet: number
  numericValues: (number | null)[]
  /** The same numbers a day earlier; null where there was no vector then. */
  dayBeforeValues: (number | null)[] | null
  /** Evidence, value and usual movement of each of `movementParts`, then the days of each of `movementKinds`; null where unknown. */
  movements: (number | null)[] | null
  protocolCategory: string | null
  protocolChain: string | null
  points: number
  isStale: boolean
  flags: string[]
  computedAt: Stamp
}

interface ModelsTable {
  id: string
  kind: ModelKind
  version: number
  algorithm: string
  engine: string
  params: Json<Record<string, unknown>>
  metrics: Json<Record<string, unknown>>
  features: string[]
  featureSet: number
  importance: Json<Record<string, Record<string, number>>>
  horizonDays: number | null
  beatsBaselines: boolean | null
  windowFrom: string
  windowTo: string
  trainingRows: number
  artifact: Buffer
  artifactSha256: string
  reason: string
  runId: string | null
  /** The shares of each feature and of the scores in the training window. */
  driftReference: NullableJson
  createdAt: Stamp
}

interface CurrentModelsTable {
  kind: ModelKind
  modelId: string
  promotedAt: Stamp
}

interface ModelPromotionsTable {
  id: Generated<number>
  kind: ModelKind
  modelId: string
  previousModelId: string | null
  reason: string
  promotedBy: string
  promotedAt: Stamp
}

/** Trainings that nobody but drift has asked for. */
interface DriftRetrainingsTable {
  id: Generated<number>
  kind: ModelKind
  modelId: string
  scanId: string
  runId: string
  reason: string
  queuedAt: Stamp
}

interface CandidateResultsTable {
  trainingRunId: string
  candidate: string
  algorithm: string
  params: Json<Record<string, unknown>>
  result: Json
  finishedAt: Stamp
}

interface RiskScoresTable {
  protocolId: string
  asOf: Date
  modelId: string
  riskLevel: RiskLevel | null
  confidence: number | null
  probabilities: number[] | null
  horizonDays: number
  closesOn: string
  outputSpace: 'raw_margin' | 'probability' | null
  baseValue: number | null
  outputValue: number | null
  shapValues: number[] | null
  featureValues: NullableJson<Record<string, number | string | null>>
  abstainedBecause: string | null
  outcome: RiskLevel | null
  outcomeFall: number | null
  /** The same after each level is divided by the market's median of that day. */
  outcomeRelativeFall: ColumnType<number | null, number | null | undefined, number | null>
  closedAt: Date | null
  scoredAt: Stamp
}

/** How far each feature, and the scores, have moved since the training of the current models; past its limit it has drifted. */
export type ScanDrift = readonly {
  readonly model: ModelKind
  readonly feature: string
  readonly psi: number
  readonly limit: number
}[]

/** Closed predictions, counted by the month that they were made in. */
interface TrackRecordTable {
  origin: TrackRecordOrigin
  modelId: string
  /** The first day of the month. */
  month: string
  predicted: RiskLevel
  low: number
  medium: number
  high: number
  fallSum: number
}

/** Outcomes "high" that a model, refitted on what came before, had called low or medium. */
interface WalkForwardMissesTable {
  modelId: string
  asOf: string
  protocolId: string
  riskLevel: 'low' | 'medium'
  probabilityHigh: number
  fall: number
  relativeFall: number | null
}

interface ScansTable {
  id: string
  asOf: Date
  modelId: string
  totalProtocols: number
  anomaliesDetected: number
  normalProtocols: number
  insufficientData: number
  drift: NullableJson<ScanDrift>
  durationMs: number
  scannedAt: Stamp
}

interface AnomalyScoresTable {
  scanId: string
  protocolId: string
  asOf: Date
  isAnomaly: boolean
  anomalyScore: number
  confidence: number
  alertLevel: RiskLevel
  algorithm: string
  detectors: JSONColumnType<DetectorScore[]>
  contributions: JSONColumnType<AnomalyContribution[]>
  /** `normal` where nothing is abnormal. */
  verdict: 'event' | 'glitch' | 'unconfirmed' | 'normal'
  verdictReason: ColumnType<string, string | undefined, string>
}

export interface DetectorScore {
  readonly algorithm: string
  /** In [0, 1]; the higher, the more abnormal. */
  readonly score: number
  readonly is_anomaly: boolean
}

export interface AnomalyContribution {
  readonly feature: string
  readonly contribution: number
  /** `unusual`: inside the typical range, or without one. */
  readonly direction: 'above' | 'below' | 'unusual'
  /** The level of the feature, or its change in a day. */
  readonly aspect: string
  readonly value: number | null
  readonly typical_low: number | null
  readonly typical_high: number | null
  readonly sentence: string
}

interface JobRunsTable {
  id: string
  name: string
  queue: string
  payload: Json<Record<string, unknown>>
  origin: RunOrigin
  requestedBy: string | null
  parentId: string | null
  dedupKey: string | null
  bullJobId: string | null
  lane: ColumnType<Lane, Lane | undefined, Lane>
  state: RunState
  attempt: Generated<number>
  crashes: Generated<number>
  progress: Generated<number>
  step: string | null
  progressDetail: NullableJson<Record<string, unknown>>
  /** What a run that gave its slot back has already done. */
  checkpoint: NullableJson<Record<string, unknown>>
  result: NullableJson<Record<string, unknown>>
  error: NullableJson<RunError>
  cancelRequestedAt: Date | null
  createdAt: Stamp
  resumesAt: Date | null
  startedAt: Date | null
  heartbeatAt: Date | null
  finishedAt: Date | null
}

export interface RunError {
  readonly name: string
  readonly message: string
}

interface JobLogsTable {
  id: Generated<number>
  runId: string
  at: Stamp
  level: string
  message: string
  data: NullableJson<Record<string, unknown>>
}

interface OutboxTable {
  id: Generated<number>
  runId: string
  /** Where the trace of the submission goes on. */
  trace: NullableJson<Record<string, string>>
  createdAt: Stamp
}

interface IdempotencyKeysTable {
  principal: string
  key: string
  requestSha256: string
  status: number | null
  headers: NullableJson<Record<string, string>>
  body: NullableJson
  createdAt: Stamp
  finishedAt: Date | null
}

interface AlertsTable {
  id: string
  protocolId: string
  kind: 'anomaly' | 'risk' | 'drift'
  level: RiskLevel
  state: 'open' | 'acknowledged' | 'snoozed' | 'cleared'
  score: number
  peakScore: number
  message: string
  details: Json<Record<string, unknown>>
  scanId: string | null
  timesRaised: Generated<number>
  raisedAt: Stamp
  lastRaisedAt: Stamp
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  snoozedUntil: Date | null
  clearedAt: Date | null
  feedback: 'true_alarm' | 'false_alarm' | null
  feedbackNote: string | null
  feedbackAt: Date | null
}

interface AlertChannelsTable {
  id: string
  name: string
  kind: 'webhook' | 'slack' | 'discord' | 'email'
  target: string
  secret: string | null
  minLevel: ColumnType<RiskLevel, RiskLevel | undefined, RiskLevel>
  isEnabled: Generated<boolean>
  createdAt: Stamp
}

interface AlertDeliveriesTable {
  id: string
  alertId: string
  channelId: string
  event: string
  state: 'pending' | 'delivered' | 'dead'
  attempts: Generated<number>
  lastStatus: number | null
  lastError: string | null
  createdAt: Stamp
  deliveredAt: Date | null
}

interface SettingsTable {
  name: string
  value: Json
  updatedAt: Stamp
}

interface ApiKeysTable {
  id: string
  name: string
  prefix: string
  sha256: string
  scopes: string[]
  createdAt: Stamp
  lastUsedAt: Date | null
  revokedAt: Date | null
}
