import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadConfig, loadEnvironmentFile } from './config.ts'
import { runEntry } from './entry.ts'
import { parseFlags } from './supervisor/flags.ts'
import { supervise } from './supervisor/supervise.ts'

// This file runs as dist/src/start.js: the Procfile is two folders up.
const root = fileURLToPath(new URL('../..', import.meta.url))

await runEntry(async () => {
  const flags = parseFlags(process.argv.slice(2))
  if (existsSync('.env')) loadEnvironmentFile('.env')
  const stop = new AbortController()
  // The terminal and npm both pass a Ctrl-C on: the signal may come twice and means the same.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  const fault = await supervise({
    config: loadConfig(undefined, flags),
    flags,
    root,
    stream: process.stdout,
    stopRequest: stop.signal,
  })
  if (fault === undefined) return
  console.error(fault)
  process.exitCode = 1
})
