import { createRequire } from 'node:module'
import type { PinoPretty } from 'pino-pretty'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { traceHooks } from './tracing/trace-hooks.ts'

export type { Logger }

/** Fields that never reach a log line, at the top, one and two levels down. */
const secretFields = [
  'apiKey',
  'authorization',
  'cookie',
  'databaseUrl',
  'password',
  'redisUrl',
  'secret',
  'smtpUrl',
  'token',
  '["x-cg-demo-api-key"]',
  '["x-cg-pro-api-key"]',
]
const below = (parent: string, field: string) =>
  field.startsWith('[') ? parent + field : `${parent}.${field}`
const secretPaths = secretFields.flatMap((field) => [field, below('*', field), below('*.*', field)])

/** A password in a URL, also in the middle of a text such as an error's message. */
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi

/** The text without the passwords of the URLs in it. */
export function withoutPasswords(text: string): string {
  return text.replace(urlPassword, '$1:***@')
}

/**
 * JSON lines for machines, or one readable line per event for people.
 * @param name the process that speaks, such as `web`.
 */
export function createLogger(config: Pick<Config, 'log'>, name: string): Logger {
  const options = {
    name,
    level: config.log.level,
    base: { name },
    redact: { paths: secretPaths, censor: '***' },
    serializers: { err: withoutClient },
    hooks: { streamWrite: withoutPasswords },
    mixin: () => traceHooks()?.ids() ?? {},
  }
  return config.log.format === 'pretty' ? pino(options, prettyStream()) : pino(options)
}

/** The error of a lost Postgres connection carries its whole client along: pages of state, and the key that cancels its queries. */
function withoutClient(error: Error): object {
  const { client: _client, ...described } = pino.stdSerializers.err(error)
  return described
}

/** Loaded only when asked for, and in this process: a transport would cost a thread. */
function prettyStream(): DestinationStream {
  const load = createRequire(import.meta.url)
  const pretty = load('pino-pretty') as typeof PinoPretty
  return pretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,name',
    translateTime: 'HH:MM:ss',
    singleLine: true,
    sync: true,
  })
}
