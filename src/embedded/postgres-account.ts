import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whom Postgres runs as: it refuses root. Spread into the options of `spawn`; empty = as we are. */
export type Account = { readonly uid: number; readonly gid: number } | Record<string, never>

export function postgresAccount(): Account {
  return process.getuid?.() === 0 ? nobody() : {}
}

/** Whether the account can use this file or folder: only a trial knows of all modes, groups and ACLs on the way. */
export function canUse(account: Account, path: string): boolean {
  const trial = spawnSync('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', path], { ...account, cwd: '/' })
  return trial.status === 0
}

function nobody(): Account {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(-?\d+):(-?\d+):/m)
  return { uid: Number(line?.[1] ?? 65_534) >>> 0, gid: Number(line?.[2] ?? 65_534) >>> 0 }
}
