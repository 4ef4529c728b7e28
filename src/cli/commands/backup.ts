import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { restoreBackup, type RestoreResult } from '../../backup/restore-backup.ts'
import { type BackupProgress, type BackupResult, writeBackup } from '../../backup/write-backup.ts'
import { InputError } from '../../errors.ts'
import { openProgress, type Progress } from '../progress.ts'
import { withOwnDatabase } from '../own-database.ts'
import { interruptibly, type Surroundings } from '../surroundings.ts'
import { report } from '../terminal.ts'

interface Options {
  readonly json?: boolean
}

const grouped = (n: number): string => n.toLocaleString('en')

/** `tidegauge backup` and `tidegauge restore`: the whole record, of which everything else can be made again. */
export function addBackup(program: Command, { terminal, config }: Surroundings): void {
  program
    .command('backup')
    .description('Save every table as it is now into one file, while the platform works on.')
    .option('--out <path>', 'a file that does not exist yet, or a folder, where the name tells the time', '.')
    .option('--json', 'print one line of JSON')
    .action(async ({ out, ...options }: Options & { out: string }) => {
      const madeAt = new Date()
      const file = fileAt(out, madeAt)
      const result = await withOwnDatabase(config(), terminal, 'existing', async (pool) => {
        using progress = openProgress(terminal, 'Saving')
        return await interruptibly('no file was written', (signal) =>
          writeBackup(pool, file, { madeAt, signal, onProgress: shower(progress) }),
        )
      })
      report(terminal, options, result, backupInWords)
    })

  program
    .command('restore')
    .argument('<file>', 'what "tidegauge backup" has written')
    .description('Load a backup into an empty database, all of it or nothing.')
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: Options) => {
      const result = await withOwnDatabase(config(), terminal, 'new', async (pool) => {
        using progress = openProgress(terminal, 'Restoring')
        return await interruptibly('nothing was restored', (signal) =>
          restoreBackup(pool, file, { signal, onProgress: shower(progress) }),
        )
      })
      report(terminal, options, snakeCased(result), restoreInWords)
    })
}

/** @throws InputError when something is there already: a backup is never overwritten */
function fileAt(out: string, madeAt: Date): string {
  const isFolder = existsSync(out) && statSync(out).isDirectory()
  const stamp = madeAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const file = isFolder ? join(out, `tidegauge-${stamp}Z.tar`) : out
  if (existsSync(file)) throw new InputError(`--out: ${file} is there already; give another name or a folder`)
  return file
}

const shower =
  (progress: Progress) =>
  ({ table, tables, totalTables }: BackupProgress): void =>
    progress.show(tables / totalTables, table)

/** Names as in the API's answers. */
function snakeCased({ madeAt, ...rest }: RestoreResult) {
  return { made_at: madeAt, ...rest }
}

function backupInWords({ file, bytes, tables, rows }: BackupResult): string {
  return `${file}: ${grouped(rows)} rows of ${tables} tables in ${grouped(bytes)} bytes`
}

function restoreInWords({ made_at: madeAt, tables, rows, migrated }: ReturnType<typeof snakeCased>): string {
  const steps = migrated.length === 0 ? '' : `, and brought to this version (${migrated.join(', ')})`
  return `Restored ${grouped(rows)} rows of ${tables} tables as of ${madeAt}${steps}`
}
