import { once } from 'node:events'
import { childEnvironment, type Config, type ConfigFlags, flagsAsEnvironment, loadConfig } from '../config.ts'
import { guardHome } from '../embedded/guard.ts'
import { openHome } from '../embedded/home.ts'
import { startServices } from '../embedded/services.ts'
import { banner } from './banner.ts'
import { checkSurroundings } from './checks.ts'
import { endingOf, keepRunning, killGroup, launch, type ProcessSurroundings } from './managed-process.ts'
import { startMarket } from './market-process.ts'
import { createOutput } from './output.ts'
import { type ProcfileEntry, readProcfile } from './procfile.ts'
import { baseUrlOf, becomesAlive } from './readiness.ts'

export interface Supervision {
  readonly config: Config
  readonly flags: ConfigFlags
  /** The folder of the Procfile, where its lines are run. */
  readonly root: string
  readonly stream: NodeJS.WriteStream
  /** Asks to take everything down in order. */
  readonly stopRequest: AbortSignal
}

/**
 * Brings everything up in order, keeps it up until asked to stop, and takes it down in the reverse order.
 * @returns how it ended: undefined when it was asked to, else a sentence on what is gone for good.
 * @throws {InputError} when it cannot start with what it was given.
 */
export async function supervise(supervision: Supervision): Promise<string | undefined> {
  const { config, root, stopRequest, stream } = supervision
  const { release, processes } = readProcfile(root)
  const output = createOutput(stream, ['market', 'release', ...processes.map(({ name }) => name)])
  const stopRequested = once(stopRequest, 'abort').then(() => undefined)

  using home = openHome(config.homeDir)
  using guard = await guardHome(home)
  await checkSurroundings(config)
  const env = environmentOf(supervision)
  const surroundings: ProcessSurroundings = { root, output, guard, env }
  // Beside the services: it needs neither of them.
  await using market =
    config.market.mode === 'live' ? undefined : await startMarket(config.market, surroundings)
  await using services = await startServices(config, { home, guard, notice: output.print })
  await Promise.race([market?.ready, stopRequested])

  const { databaseUrl, redisUrl } = services
  const baseUrl = baseUrlOf(config.http)
  home.announce({ apiUrl: baseUrl, databaseUrl, redisUrl })
  Object.assign(env, { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
  if (market !== undefined) env['TIDEGAUGE_MARKET_URL'] = market.url
  const releaseFault = release && (await runOnce(release, surroundings, stopRequested))
  if (stopRequest.aborted) return undefined
  if (releaseFault !== undefined) {
    output.print(releaseFault)
    return releaseFault
  }

  await using running = keepAllRunning(processes, surroundings)
  const over = new AbortController()
  void becomesAlive(baseUrl, over.signal).then((isAlive) => {
    if (isAlive) output.print(banner(loadConfig(env), baseUrl, services))
  })
  const ending = await Promise.race([
    stopRequested,
    running.lost,
    services.lost,
    ...(market === undefined ? [] : [market.lost]),
  ])
  over.abort()
  output.print(ending === undefined ? 'Stopping' : `Stopping: ${ending}`)
  return ending
}

/** What the command line said, for every process; readable logs unless the user wants others. */
function environmentOf({ config, flags }: Supervision): NodeJS.ProcessEnv {
  const additions = { ...flagsAsEnvironment(flags), TIDEGAUGE_HOME: config.homeDir }
  return childEnvironment(additions, { LOG_FORMAT: 'pretty', NODE_ENV: 'production' })
}

/** @returns a sentence when the step failed. */
async function runOnce(
  entry: ProcfileEntry,
  surroundings: ProcessSurroundings,
  stopRequested: Promise<undefined>,
): Promise<string | undefined> {
  const child = launch(entry, surroundings)
  void stopRequested.then(() => killGroup(child, 'SIGTERM'))
  const ending = await endingOf(child)
  return ending && `${entry.name} failed (${ending}), so nothing else was started`
}

function keepAllRunning(entries: readonly ProcfileEntry[], surroundings: ProcessSurroundings) {
  const running = entries.map((entry) => keepRunning(entry, surroundings))
  return {
    lost: Promise.race(running.map(({ lost }) => lost)),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}
