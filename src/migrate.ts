import { applyMigrations } from './apply-migrations.ts'
import { loadConfig } from './config.ts'
import { connectionFault } from './connection-faults.ts'
import { runEntry } from './entry.ts'
import { InputError } from './errors.ts'
import { createLogger } from './logger.ts'

await runEntry(async () => {
  const config = loadConfig()
  const { databaseUrl } = config
  if (databaseUrl === undefined) throw new InputError('DATABASE_URL: not set; give the address of a Postgres')
  const steps = await applyMigrations(databaseUrl).catch((error: unknown) => {
    throw connectionFault('DATABASE_URL', databaseUrl, error)
  })
  createLogger(config, 'release').info(
    { steps },
    steps.length === 0 ? 'database up to date' : 'database migrated',
  )
})
