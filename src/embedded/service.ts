import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import type { Guard } from './guard.ts'
import type { Home, ServiceName } from './home.ts'
import { endProcess, identityOf, isRunning, type ProcessIdentity } from './processes.ts'

/** What Postgres and Redis differ in. */
export interface ServiceDefinition {
  readonly name: ServiceName
  /** The second one is for a process that did not heed the first. */
  readonly stopSignals: readonly [NodeJS.Signals, NodeJS.Signals]
  readonly logFile: string
  /** Starts the server on the loopback interface; it must outlive neither its data nor a signal of the list above. */
  launch(port: number, password: string): ChildProcess
  isReady(pid: number, port: number, password: string): Promise<boolean>
}

export interface RunningService {
  readonly port: number
  readonly password: string
  /** Settles when the process is gone, wanted or not. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** What the services of one instance share. */
export interface ServiceSurroundings {
  readonly home: Home
  /** Of this user, for what can be fetched again. */
  readonly cacheDir: string
  readonly guard: Guard
  /** Hears of what the user should know. */
  readonly notice: (text: string) => void
}

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 15_000

/** The password of a service, made at the first start and kept in the home. */
export function passwordOf(home: Home, name: ServiceName): string {
  const known = home.record(name)
  if (known !== undefined) return known.password
  const password = randomBytes(24).toString('base64url')
  home.save(name, { password })
  return password
}

/** Takes over the server that a killed run left behind, else starts one. @throws when it does not come up. */
export async function runService(
  definition: ServiceDefinition,
  surroundings: ServiceSurroundings,
): Promise<RunningService> {
  return (await takeOver(definition, surroundings)) ?? (await start(definition, surroundings))
}

async function takeOver(
  definition: ServiceDefinition,
  { home, guard }: ServiceSurroundings,
): Promise<RunningService | undefined> {
  const { password, port, process: left } = home.record(definition.name) ?? {}
  if (!password || !port || !left || !isRunning(left)) return undefined
  guard.watch('service', left.pid)
  const ended = waitUntilGone(left).then(() => guard.release(left.pid))
  // It may be on its way up, or on its way out after its supervisor was killed.
  const deadline = Date.now() + STOP_WITHIN_MS
  while (isRunning(left) && Date.now() < deadline) {
    if (await definition.isReady(left.pid, port, password))
      return { port, password, ended, stop: stopper(definition, left) }
    await sleep(25)
  }
  await endProcess(left, definition.stopSignals, STOP_WITHIN_MS)
  return undefined
}

async function start(
  definition: ServiceDefinition,
  { home, guard }: ServiceSurroundings,
): Promise<RunningService> {
  const { name } = definition
  const password = passwordOf(home, name)
  const port = await freePort(home.record(name)?.port)
  const child = definition.launch(port, password)
  const spawnFault = new Promise<Error>((resolve) => child.once('error', resolve))
  if (child.pid === undefined) throw new Error(`${name} cannot be run: ${(await spawnFault).message}`)
  const { pid } = child
  guard.watch('service', pid)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).then(() =>
    guard.release(pid),
  )
  const identity = identityOf(pid)
  if (identity !== undefined) home.save(name, { ...home.record(name), password, port, process: identity })

  const stop = identity === undefined ? () => ended : stopper(definition, identity)
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await definition.isReady(pid, port, password))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${name} stopped at its start: ${lastFault(definition.logFile)}`)
    if (Date.now() > deadline) {
      await stop()
      throw new Error(
        `${name} was not ready within ${READY_WITHIN_MS / 1000} s: ${lastFault(definition.logFile)}`,
      )
    }
    await sleep(20)
  }
  return { port, password, ended, stop }
}

const stopper = (definition: ServiceDefinition, identity: ProcessIdentity) => () =>
  endProcess(identity, definition.stopSignals, STOP_WITHIN_MS)

/** For a process that is not our child: no event tells of its end. */
async function waitUntilGone(known: ProcessIdentity): Promise<void> {
  while (isRunning(known)) await sleep(250)
}

/** The last complaint of a log, else its last line. */
function lastFault(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    return lines.findLast((line) => /fatal|panic|error/i.test(line)) ?? lines.at(-1) ?? ''
  } catch {
    return `see ${file}`
  }
}
