import { createDb, createPool, type Db } from '../src/db/connection.ts'
import { type Call, type LoadClient, openLoadClient } from './api/load.ts'
import { startApiProcess, startBareProcess } from './api/processes.ts'
import { forgetAnswers, type StoredPlatform, storePlatform } from './api/stored-platform.ts'
import { startOwnServices } from './collection/own-services.ts'
import { type Figure, figure, median } from './report.ts'

const protocols = 6500
const waitingJobs = 60_000
const rounds = 9
const roundMs = 500

/**
 * Each read of the API against Express and pg alone, and submissions against the same two inserts alone, both under the same
 * load in turn; then the slowest hundredth of the API's answers at half of the peer's rate. Reads of protocols are also
 * measured cold: every protocol once, after a change that has made all answers old.
 */
export async function run(): Promise<Figure[]> {
  await using services = await startOwnServices()
  const pool = createPool({
    url: services.databaseUrl,
    maxConnections: 2,
    applicationName: 'tidegauge bench',
  })
  const db = createDb(pool)
  try {
    const stored = await storePlatform(db, { protocols, waitingJobs })
    await using api = await startApiProcess(db, services)
    await using bare = await startBareProcess(services.databaseUrl)
    await using apiLoad = openLoadClient(api.url, { authorization: `Bearer ${api.key}` })
    await using bareLoad = openLoadClient(bare.url)
    const clients: Clients = { api: apiLoad, bare: bareLoad, db }
    const subjects = subjectsOf(stored)
    await warmUp(subjects, clients)
    const figures: Figure[] = []
    for (const subject of subjects) figures.push(...(await measure(subject, clients)))
    return figures
  } finally {
    await db.destroy()
  }
}

interface Clients {
  readonly api: LoadClient
  readonly bare: LoadClient
  readonly db: Db
}

interface Subject {
  readonly name: string
  readonly ours: readonly Call[]
  readonly peers: readonly Call[]
  readonly goal: string
  /** Each of its many answers is kept until the results change. */
  readonly isKept?: boolean
}

function subjectsOf({ protocolIds, runIds }: StoredPlatform): Subject[] {
  const rows = protocolIds.map((id) => ({ path: `/row/${id}` }))
  const read = (name: string, paths: readonly string[]): Subject => ({
    name: `GET ${name}`,
    ours: paths.map((path) => ({ path })),
    peers: rows,
    goal: '>= 0.7',
  })
  const submission = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"scan-protocols","payload":{}}',
  } as const
  const ofProtocols = (name: string): Subject => ({
    ...read(
      `${name}/{id}`,
      protocolIds.map((id) => `${name}/${id}`),
    ),
    isKept: true,
  })
  return [
    ofProtocols('/risk/protocols'),
    ofProtocols('/anomaly/protocols'),
    read('/anomaly/scan', ['/anomaly/scan']),
    ofProtocols('/features/shap'),
    read('/features/importance', ['/features/importance']),
    read(
      '/jobs/{id}',
      runIds.map((id) => `/jobs/${id}`),
    ),
    {
      name: 'POST /jobs',
      ours: [{ path: '/jobs', ...submission }],
      peers: [{ path: '/submission', ...submission }],
      goal: '>= 0.6',
    },
  ]
}

/** The compiler of the larger program needs longer to see what is hot. */
async function warmUp(subjects: readonly Subject[], { api, bare }: Clients): Promise<void> {
  for (const { ours, peers } of subjects) {
    await api.load(ours, { ms: 4 * roundMs })
    await bare.load(peers, { ms: 2 * roundMs })
  }
}

async function measure(subject: Subject, { api, bare, db }: Clients): Promise<Figure[]> {
  const { name, ours, peers, goal } = subject
  const rates: { bare: number; api: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const { perSecond } = await bare.load(peers, { ms: roundMs })
    rates.push({ bare: perSecond, api: (await api.load(ours, { ms: roundMs })).perSecond })
  }
  const bareRate = median(rates.map((rate) => rate.bare))
  const apiRate = median(rates.map((rate) => rate.api))
  const figures = [
    figure({
      name,
      value: median(rates.map((rate) => rate.api / rate.bare)),
      unit: 'ratio of requests per second to bare Express + pg',
      goal,
      detail: `${apiRate.toFixed(0)}/s against ${bareRate.toFixed(0)}/s`,
    }),
  ]
  if (subject.isKept) figures.push(await measureCold(subject, { api, bare, db }))
  if (name.startsWith('GET')) figures.push(await measureSteady(subject, api, bareRate / 2))
  return figures
}

const coldRounds = 3

/** Each answer is asked for once, after none was left. */
async function measureCold({ name, ours, peers }: Subject, { api, bare, db }: Clients): Promise<Figure> {
  const once = { ms: 60_000, total: ours.length }
  const ratios: number[] = []
  for (let round = 0; round < coldRounds; round++) {
    await forgetAnswers(db)
    const { perSecond } = await api.load(ours, once)
    ratios.push(perSecond / (await bare.load(peers, once)).perSecond)
  }
  return figure({
    name: `${name}, every answer for the first time`,
    value: median(ratios),
    unit: 'ratio of requests per second to bare Express + pg',
  })
}

async function measureSteady({ name, ours }: Subject, api: LoadClient, perSecond: number): Promise<Figure> {
  const p99s: number[] = []
  for (let round = 0; round < rounds; round++)
    p99s.push((await api.load(ours, { ms: roundMs, perSecond })).p99)
  return figure({
    name: `${name}, p99 at half of the bare rate`,
    value: median(p99s),
    unit: 'ms',
    goal: '<= 25',
    detail: `at ${perSecond.toFixed(0)}/s; the worst of ${rounds} rounds ${Math.max(...p99s).toFixed(1)} ms`,
  })
}
