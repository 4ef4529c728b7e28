import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as migrations from '../migrations/index.ts'
import { startApi } from './api/start-api.ts'
import { loadServiceConfig } from './config.ts'
import { connectionFault } from './connection-faults.ts'
import { runEntry } from './entry.ts'
import { createLogger } from './logger.ts'
import { readSourceStates } from './sources/admission/source-states.ts'
import { openTracing } from './tracing/open-tracing.ts'
import { version } from './version.ts'

await runEntry(async () => {
  const config = loadServiceConfig()
  const tracing = await openTracing(config)
  const logger = createLogger(config, 'web')
  const dashboardDir = join(import.meta.dirname, '../dashboard')
  const api = await startApi({
    config,
    logger,
    version,
    newestMigration: Object.keys(migrations).at(-1)!,
    readSourceStates,
    dashboardDir: existsSync(join(dashboardDir, 'index.html')) ? dashboardDir : undefined,
  }).catch((error: unknown) => {
    throw connectionFault('DATABASE_URL', config.databaseUrl, error)
  })
  logger.info({ url: api.url }, 'listening')

  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping')
    void api[Symbol.asyncDispose]()
      .then(() => tracing?.[Symbol.asyncDispose]())
      .then(() => logger.info('stopped'))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
})
