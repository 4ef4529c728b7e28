import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../config.ts'
import { InputError } from '../errors.ts'
import { unpackDebianPackages } from './debian-packages.ts'
import { redisInstallCommand, releaseName } from './operating-system.ts'

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

/** Redis, or its twin that grew from it: queues see no difference. */
const families = [
  { program: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { program: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
] as const

/** A Redis of the machine, else the distribution's own, unpacked into the cache. @throws {InputError} */
export async function findRedis(search: RedisSearch): Promise<RedisProgram> {
  for (const { program } of families) {
    const file = findExecutable(program, search.searchPath)
    if (file !== undefined) return { file, libraryPath: undefined, origin: `found at ${file}` }
  }
  const faults: string[] = []
  if (findExecutable('apt-get', search.searchPath) && findExecutable('dpkg-deb', search.searchPath))
    for (const family of families)
      try {
        return await unpack(family, search)
      } catch (error) {
        faults.push(lastLine(error))
      }
  const attempt = faults[0] === undefined ? '' : `, nor could one be unpacked (${faults[0]})`
  throw new InputError(
    `REDIS_URL: not set, and there is no redis-server on the PATH${attempt}; install one with ${redisInstallCommand()}, or set REDIS_URL`,
  )
}

async function unpack(
  { program, packages }: (typeof families)[number],
  { searchPath, cacheDir }: RedisSearch,
): Promise<RedisProgram> {
  const startedAt = performance.now()
  const folder = join(cacheDir, `${program}-${releaseName()}`)
  const { libraryPath, isNew } = await unpackDebianPackages(packages, folder, searchPath)
  const file = join(folder, 'usr', 'bin', program)
  await run(file, ['--version'], { env: childEnvironment({ LD_LIBRARY_PATH: libraryPath }) })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const how = isNew ? `unpacked in ${seconds} s from this system's packages into` : 'unpacked earlier into'
  return { file, libraryPath, origin: `${how} ${folder}` }
}

/** The first program of that name on a search path in the form of `PATH`. */
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

/** A program's own complaint when it made one, else the error. */
function lastLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string }
  return (stderr?.trim() || message).split('\n').at(-1) ?? message
}
