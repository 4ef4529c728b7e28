import { execFile } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../config.ts'
import { InputError } from '../errors.ts'
import { unpackDebianPackages } from './debian-packages.ts'

const run = promisify(execFile)

export interface RedisProgram {
  readonly file: string
  /** For the loader, where the libraries are not the system's. */
  readonly libraryPath: string | undefined
  /** For people: where it came from, and how long that took. */
  readonly origin: string
}

export interface RedisSearch {
  /** In the form of `PATH`. */
  readonly searchPath: string
  readonly cacheDir: string
}

/** Redis, or its twin by the same authors: queues see no difference. */
const families = [
  { program: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { program: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
]

/** A Redis of the machine, else the distribution's own, unpacked into the cache. @throws {InputError} */
export async function findRedis(search: RedisSearch): Promise<RedisProgram> {
  for (const { program } of families) {
    const file = findExecutable(program, search.searchPath)
    if (file !== undefined) return { file, libraryPath: undefined, origin: `found at ${file}` }
  }
  const faults: string[] = []
  if (findExecutable('apt-get', search.searchPath) && findExecutable('dpkg-deb', search.searchPath))
    for (const { program, packages } of families) {
      const startedAt = performance.now()
      try {
        const { root, libraryPath, isNew } = await unpackDebianPackages(packages, search.cacheDir)
        const file = join(root, 'usr', 'bin', program)
        await run(file, ['--version'], { env: childEnvironment({ LD_LIBRARY_PATH: libraryPath }) })
        const how = isNew ? `unpacked in ${((performance.now() - startedAt) / 1000).toFixed(1)} s` : 'kept'
        return { file, libraryPath, origin: `${how} from this system's packages, at ${root}` }
      } catch (error) {
        faults.push(lastLine(error))
      }
    }
  throw new InputError(
    `REDIS_URL: not set, and no redis-server was found${faults[0] === undefined ? '' : ` (${faults[0]})`}; install one with "${installCommand()}", or set REDIS_URL`,
  )
}

export function findExecutable(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const installCommands: readonly (readonly [system: RegExp, command: string])[] = [
  [/debian|ubuntu/, 'sudo apt-get install redis-server'],
  [/fedora|rhel|centos/, 'sudo dnf install valkey'],
  [/alpine/, 'apk add redis'],
  [/arch/, 'sudo pacman -S valkey'],
  [/suse/, 'sudo zypper install redis'],
]

/** The command that installs Redis on this system. */
export function installCommand(osRelease = readOsRelease()): string {
  if (process.platform === 'darwin') return 'brew install redis'
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].map(([, id]) => id).join(' ')
  return (
    installCommands.find(([system]) => system.test(ids))?.[1] ?? 'your package manager: redis 6.2 or later'
  )
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** A program's own complaint when it made one, else the error. */
function lastLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string }
  return (stderr?.trim() || message).split('\n').at(-1) ?? message
}
