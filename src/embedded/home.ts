import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../errors.ts'
import { identityOf, isRunning, type ProcessIdentity } from './processes.ts'

/** What is known of an embedded service between two runs. */
export interface ServiceRecord {
  readonly password: string
  readonly port?: number
  readonly process?: ProcessIdentity
  /** Where its data is, when not in the home. */
  readonly dataDir?: string
}
export type ServiceName = 'postgres' | 'redis'

type HomeRecord = Partial<Record<ServiceName, ServiceRecord>> & { readonly guard?: ProcessIdentity }

/** How to reach what runs in a home; the addresses hold passwords. */
interface Instance {
  readonly apiUrl: string
  readonly databaseUrl: string
  readonly redisUrl: string
}

/** The folder of one instance: data, secrets and ports of its embedded services. One process holds it at a time. */
export interface Home extends Disposable {
  readonly dir: string
  record(name: ServiceName): ServiceRecord | undefined
  save(name: ServiceName, record: ServiceRecord): void
  /** The process that ends what a killed holder leaves behind. */
  guard(): ProcessIdentity | undefined
  saveGuard(guard: ProcessIdentity | undefined): void
  /** Lets this user's other commands find the instance for as long as it runs. */
  announce(instance: Instance): void
}

/** The instance that runs in a home now. @throws {InputError} if it belongs to another user */
export function runningInstance(dir: string): Instance | undefined {
  const file = join(dir, announcement)
  try {
    const found = readJson(file) as (Instance & { readonly process: ProcessIdentity }) | undefined
    return found !== undefined && isRunning(found.process) ? found : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(`TIDEGAUGE_HOME: ${file} cannot be read (${code})`, { cause: error })
  }
}

const announcement = 'instance.json'

/** @throws {InputError} if the folder cannot be written, or another running instance holds it. */
export function openHome(dir: string): Home {
  makeWritable(dir)
  const release = lock(dir)
  const file = join(dir, 'services.json')
  const read = () => readJson(file) as HomeRecord | undefined
  return {
    dir,
    record: (name) => read()?.[name],
    save: (name, record) => writePrivately(file, { ...read(), [name]: record }),
    guard: () => read()?.guard,
    saveGuard: (guard) => writePrivately(file, { ...read(), guard }),
    announce: (instance) =>
      writePrivately(join(dir, announcement), { ...instance, process: identityOf(process.pid) }),
    [Symbol.dispose]() {
      rmSync(join(dir, announcement), { force: true })
      release()
    },
  }
}

function makeWritable(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK | constants.X_OK)
    // Root passes the look above even where nothing can be written, such as /proc or a read-only disk.
    const trial = join(dir, `.trial-${process.pid}`)
    writeFileSync(trial, '')
    rmSync(trial)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(`TIDEGAUGE_HOME: the folder ${dir} cannot be written (${code})`, { cause: error })
  }
}

/** A file with the holder's identity; one whose holder is gone counts for nothing. @returns the release. */
function lock(dir: string): () => void {
  const file = join(dir, 'instance.lock')
  const self = identityOf(process.pid)
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readJson(file) as ProcessIdentity | undefined
    if (holder !== undefined && isRunning(holder))
      throw new InputError(
        `TIDEGAUGE_HOME: another Tidegauge (process ${holder.pid}) runs in ${dir}; stop it, or give this one another TIDEGAUGE_HOME and PORT`,
      )
    rmSync(file, { force: true })
  }
  throw new InputError(`TIDEGAUGE_HOME: another Tidegauge is starting in ${dir}`)
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A reader sees the old file or the new one, never half of it, and only this user sees any. */
function writePrivately(file: string, value: unknown): void {
  const fresh = `${file}.new`
  writeFileSync(fresh, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, file)
}
