import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Home } from './home.ts'
import { type Account, canUse, postgresAccount } from './postgres-account.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { type KeptService, keepService } from './kept-service.ts'
import { passwordOf, type ServiceDefinition, type ServiceSurroundings } from './service.ts'

/** Where root keeps what `nobody` must reach, when the home or the package lies in a folder closed to it. */
const SYSTEM_DIR = '/var/lib/tidegauge'
const USER = 'tidegauge'
const DATABASE = 'tidegauge'

/** One small instance that sleeps when nobody asks: little memory, few wake-ups, no helpers that it does not need. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '48MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  huge_pages: 'off',
  io_method: 'sync',
  jit: 'off',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  checkpoint_timeout: '15min',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '2min',
  bgwriter_delay: '10s',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

export interface EmbeddedPostgres extends KeptService {
  readonly url: string
  readonly dataDir: string
}

/** Brings up the bundled Postgres on the data of this home, which it makes at the first start. */
export async function startPostgres(surroundings: ServiceSurroundings): Promise<EmbeddedPostgres> {
  const { definition, dataDir, urlOf } = preparePostgres(surroundings)
  const service = await keepService(definition, surroundings)
  return { ...service, url: urlOf(service), dataDir }
}

/** The bundled Postgres with its data, ready to be run. */
export function preparePostgres({ home, cacheDir }: Pick<ServiceSurroundings, 'cacheDir' | 'home'>) {
  const account = postgresAccount()
  const binaries = postgresBinaries(account, 'uid' in account ? SYSTEM_DIR : cacheDir)
  const dataDir = dataDirOf(home, account)
  const isPasswordKnown = home.record('postgres') !== undefined
  const password = passwordOf(home, 'postgres')
  if (!existsSync(dataDir)) createCluster(binaries, account, dataDir, password)
  // Somebody removed the record beside the data: whoever can write the data may set a new password.
  else if (!isPasswordKnown)
    runSingle(binaries, account, dataDir, `ALTER ROLE ${USER} PASSWORD '${password}'`)
  const logFile = join(home.dir, 'postgres.log')

  const definition: ServiceDefinition = {
    name: 'postgres',
    // Fast shutdown, then immediate.
    stopSignals: ['SIGINT', 'SIGQUIT'],
    logFile,
    launch: (port) => launch(binaries, account, dataDir, port, logFile),
    isReady: (pid) => Promise.resolve(saysReady(dataDir, pid)),
  }
  const urlOf = (service: Pick<KeptService, 'password' | 'port'>): string =>
    `postgres://${USER}:${service.password}@127.0.0.1:${service.port}/${DATABASE}`
  return { definition, dataDir, urlOf }
}

function dataDirOf(home: Home, account: Account): string {
  const known = home.record('postgres')?.dataDir
  if (known !== undefined && existsSync(known)) return known
  if (canUse(account, home.dir)) return join(home.dir, 'postgres')
  const dataDir = join(SYSTEM_DIR, randomUUID())
  home.save('postgres', { password: passwordOf(home, 'postgres'), dataDir })
  return dataDir
}

/** Makes the cluster beside and renames it, so that a half-made one is never taken for data. */
function createCluster(
  binaries: PostgresBinaries,
  account: Account,
  dataDir: string,
  password: string,
): void {
  const fresh = `${dataDir}.new`
  const passwordFile = `${dataDir}.password`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(dirname(dataDir), { recursive: true })
  mkdirSync(fresh, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if ('uid' in account) for (const path of [fresh, passwordFile]) chownSync(path, account.uid, account.gid)
  try {
    const words = ['-D', fresh, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    runQuietly(binaries.initdb, [...words, '--no-locale', '--encoding=UTF8', '--no-sync'], account, fresh)
    runSingle(binaries, account, fresh, `CREATE DATABASE ${DATABASE}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(fresh, dataDir)
}

/** One statement without a server: nobody else can be connected, and no password is asked. */
function runSingle(binaries: PostgresBinaries, account: Account, dataDir: string, statement: string): void {
  const words = ['--single', '-D', dataDir, '-c', 'log_min_messages=error', 'postgres']
  runQuietly(binaries.postgres, words, account, dataDir, `${statement};\n`)
}

function runQuietly(program: string, words: string[], account: Account, cwd: string, input = ''): void {
  execFileSync(program, words, { ...account, cwd, input, env: { LC_ALL: 'C' }, stdio: 'pipe' })
}

function launch(
  binaries: PostgresBinaries,
  account: Account,
  dataDir: string,
  port: number,
  logFile: string,
) {
  clearStaleLock(dataDir)
  const log = openSync(logFile, 'w', 0o600)
  chmodSync(logFile, 0o600)
  try {
    const words = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    return spawn(binaries.postgres, ['-D', dataDir, ...words], {
      ...account,
      cwd: dataDir,
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', log, log],
      // Out of reach of the terminal's Ctrl-C: it stops after the processes that use it.
      detached: true,
    })
  } finally {
    closeSync(log)
  }
}

/**
 * Postgres refuses to start while any process has the id in a left-over `postmaster.pid`, whatever that process is.
 * The home is ours alone and its recorded server is gone, so the file means nothing unless a postgres holds it.
 */
function clearStaleLock(dataDir: string): void {
  const pid = lockLines(dataDir)?.[0]
  if (pid === undefined) return
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)) return
  } catch {
    // No such process, or no /proc: Postgres judges for itself.
    return
  }
  rmSync(join(dataDir, 'postmaster.pid'), { force: true })
}

/** The lock file's first line is the process id, its eighth the state. */
function saysReady(dataDir: string, pid: number): boolean {
  const lines = lockLines(dataDir)
  return lines?.[0] === String(pid) && lines[7]?.trim() === 'ready'
}

function lockLines(dataDir: string): string[] | undefined {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
}
