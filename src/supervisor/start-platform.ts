import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadConfig, loadEnvironmentFile } from '../config.ts'
import { parseFlags } from './flags.ts'
import { supervise } from './supervise.ts'

// This file runs as dist/src/supervisor/start-platform.js: the Procfile is three folders up.
const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Brings the whole platform up and keeps it up until a signal comes.
 * @param words the flags of `npm start --`
 * @returns a sentence when something is gone for good, undefined when it was asked to stop
 */
export async function startPlatform(words: readonly string[]): Promise<string | undefined> {
  const flags = parseFlags(words)
  if (existsSync('.env')) loadEnvironmentFile('.env')
  const stop = new AbortController()
  // The terminal and npm both pass a Ctrl-C on: the signal may come twice and means the same.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  return supervise({
    config: loadConfig(undefined, flags),
    flags,
    root,
    stream: process.stdout,
    stopRequest: stop.signal,
  })
}
