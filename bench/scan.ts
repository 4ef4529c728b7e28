import { randomUUID } from 'node:crypto'
import {
  type AnomalyModelArtifact,
  loadAnomalyModel,
  type ProtocolAnomaly,
} from '../src/anomaly/anomaly-model.ts'
import { fitAnomalyModel } from '../src/anomaly/fit-anomaly-model.ts'
import type { ProtocolHistory } from '../src/anomaly/training-material.ts'
import type { Protocol } from '../src/domain/market.ts'
import { featureSet, numericFeatureNames } from '../src/domain/feature-names.ts'
import { createDb, createPool, type Db } from '../src/db/connection.ts'
import { insertModel, type NewModel } from '../src/db/models.ts'
import { saveProtocols } from '../src/db/protocols.ts'
import { insertScan } from '../src/db/scans.ts'
import { isoDate } from '../src/domain/calendar.ts'
import { buildFeatures } from '../src/features/build.ts'
import type { Movements } from '../src/features/movement-kinds.ts'
import { movementHistory, movementHistoryDays } from '../src/features/movements.ts'
import { marketTracks } from '../src/features/market-tracks.ts'
import { seriesFromColumns } from '../src/features/from-columns.ts'
import type { FeatureVector } from '../src/features/series.ts'
import { simulateDataset } from '../src/market/simulator/simulate-dataset.ts'
import { scoreRow } from '../workers/scanning/score-row.ts'
import { startOwnServices } from './collection/own-services.ts'
import { type Figure, figure, median, timed } from './report.ts'

const protocols = 6500
const days = 100
/** Learning 200 protocols costs a second; what is timed is the scan of all of them. */
const learntProtocols = 200
const runs = 5

/** Scoring, explaining and storing a scan of as many protocols as DeFiLlama knows, and of twenty. */
export async function run(): Promise<Figure[]> {
  const { histories, lastDay } = simulatedMarket()
  const artifact = fitAnomalyModel(histories.slice(0, learntProtocols), lastDay - 1, {
    seed: 1,
    selection: 'consensus',
  }).toJSON()
  const movements = movementsOn(histories, lastDay)
  const before = new Map(vectorsOn(histories, lastDay - 1).map((vector) => [vector.protocolId, vector]))
  const vectors = vectorsOn(histories, lastDay)

  await using services = await startOwnServices()
  const pool = createPool({
    url: services.databaseUrl,
    maxConnections: 2,
    applicationName: 'tidegauge bench',
  })
  const db = createDb(pool)
  try {
    const modelId = await prepare(db, artifact, vectors)
    const model = loadAnomalyModel(artifact)
    const scan = async (some: readonly FeatureVector[]): Promise<ScanTimes> => {
      let anomalies: ProtocolAnomaly[] = []
      const scoreMs = await timed(() => (anomalies = model.score(some, { before, movements })))
      const storeMs = await timed(() => store(db, modelId, anomalies, artifact.threshold))
      return { scoreMs, totalMs: scoreMs + storeMs }
    }
    return [...(await figuresOf(scan, vectors, 2000)), ...(await figuresOf(scan, vectors.slice(0, 20), 50))]
  } finally {
    await db.destroy()
  }
}

interface ScanTimes {
  readonly scoreMs: number
  readonly totalMs: number
}

async function figuresOf(
  scan: (vectors: readonly FeatureVector[]) => Promise<ScanTimes>,
  vectors: readonly FeatureVector[],
  goalMs: number,
): Promise<Figure[]> {
  await scan(vectors)
  const times: ScanTimes[] = []
  for (let i = 0; i < runs; i++) times.push(await scan(vectors))
  const detail = `of them scoring ${median(times.map(({ scoreMs }) => scoreMs)).toFixed(0)} ms`
  return [
    figure({
      name: `score, explain and store ${vectors.length} protocols`,
      value: median(times.map(({ totalMs }) => totalMs)),
      unit: 'ms',
      goal: `<= ${goalMs}`,
      detail,
    }),
  ]
}

function simulatedMarket(): { histories: ProtocolHistory[]; lastDay: number } {
  const { protocols: listed, series, lastDay } = simulateDataset({ protocols, days, seed: 1 })
  const histories = listed.flatMap(({ slug, category, chains }, i) => {
    const { day: known, ...measures } = series[i]!
    if (known.length === 0) return []
    const traits = { category, mainChain: chains[0] ?? null }
    return [{ series: seriesFromColumns({ protocolId: slug, days: known, ...measures }), traits }]
  })
  return { histories, lastDay }
}

function vectorsOn(histories: readonly ProtocolHistory[], day: number): FeatureVector[] {
  return histories.flatMap(({ series, traits }) => buildFeatures(series, traits, day) ?? [])
}

function movementsOn(histories: readonly ProtocolHistory[], day: number): Map<string, Movements> {
  const all = histories.map(({ series }) => series)
  const market = marketTracks(all, day - movementHistoryDays, day, day)
  return new Map(all.map((series) => [series.protocolId, movementHistory(series, market, [day])[0]!]))
}

/** What a scan refers to. @returns the id of the model */
async function prepare(
  db: Db,
  artifact: AnomalyModelArtifact,
  vectors: readonly FeatureVector[],
): Promise<string> {
  await saveProtocols(
    db,
    vectors.map(({ protocolId }) => unnamedProtocol(protocolId)),
    new Date(),
  )
  const id = randomUUID()
  await db.transaction().execute((tx) => insertModel(tx, { id, ...modelRow(artifact) }))
  return id
}

async function store(
  db: Db,
  modelId: string,
  anomalies: readonly ProtocolAnomaly[],
  threshold: number,
): Promise<void> {
  const scores = anomalies.map((anomaly) => scoreRow(anomaly, threshold, undefined))
  const scan = {
    id: randomUUID(),
    asOf: new Date(),
    modelId,
    insufficientData: 0,
    durationMs: 0,
    drift: null,
    scores,
  }
  await db.transaction().execute((tx) => insertScan(tx, scan))
}

function unnamedProtocol(id: string): Protocol {
  const unknown = { geckoId: null, category: null, mainChain: null, defillamaId: null, parentId: null }
  return { id, name: id, symbol: null, chains: [], listedAt: null, deadFrom: null, ...unknown }
}

function modelRow(artifact: AnomalyModelArtifact): Omit<NewModel, 'id'> {
  const day = isoDate(artifact.asOfDay)
  return {
    kind: 'anomaly',
    algorithm: artifact.algorithmUsed,
    engine: 'native-ts',
    params: {},
    metrics: {},
    features: [...numericFeatureNames],
    featureSet,
    importance: {},
    windowFrom: day,
    windowTo: day,
    trainingRows: 0,
    artifact,
    reason: 'bench',
    runId: null,
  }
}
