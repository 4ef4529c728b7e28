import { execFileSync } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { postgresAccount } from '../../../src/embedded/postgres-account.ts'

/** A file system of a few megabytes that Postgres keeps its tables on. */
export interface TinyDisk extends Disposable {
  /** Takes every byte that is left. */
  fill(): void
  free(): void
}

/** Whether this process may mount; only root may, and not in every container. */
export function canMount(dir: string): boolean {
  try {
    mountTiny(dir, 1)
    execFileSync('umount', [dir], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Moves the database's tables to a disk of so many megabytes; its journal stays where it is. Nobody may be connected. */
export async function moveToTinyDisk(databaseUrl: string, dir: string, megabytes: number): Promise<TinyDisk> {
  mountTiny(dir, megabytes)
  const tables = join(dir, 'tables')
  const account = postgresAccount()
  mkdirSync(tables, { mode: 0o700 })
  if ('uid' in account) chownSync(tables, account.uid, account.gid)
  const database = new URL(databaseUrl).pathname.slice(1)
  const url = Object.assign(new URL(databaseUrl), { pathname: 'postgres' }).href
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE TABLESPACE tiny LOCATION '${tables}'`)
  await client.query(`ALTER DATABASE ${database} SET TABLESPACE tiny`)
  await client.end()
  const ballast = join(dir, 'ballast')
  return {
    fill() {
      const file = openSync(ballast, 'a')
      try {
        for (let size = 1 << 20; size >= 1; size >>= 1)
          try {
            for (;;) writeSync(file, Buffer.alloc(size))
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          }
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', dir]),
  }
}

function mountTiny(dir: string, megabytes: number): void {
  mkdirSync(dir, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', dir], {
    stdio: 'ignore',
  })
}
