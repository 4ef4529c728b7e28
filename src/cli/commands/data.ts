import type { Command } from 'commander'
import { exportDataset, type ExportResult } from '../../dataset-io/export-dataset.ts'
import { importDataset, type ImportResult } from '../../dataset-io/import-dataset.ts'
import { startOfDay, utcDate } from '../../domain/calendar.ts'
import { openProgress } from '../progress.ts'
import { interruptibly, type Surroundings, withDatabase } from '../surroundings.ts'
import { report } from '../terminal.ts'

interface Options {
  readonly json?: boolean
}

const grouped = (n: number): string => n.toLocaleString('en')

/** `tidegauge import` and `tidegauge export`: datasets into the database and out of it. */
export function addData(program: Command, { terminal, config }: Surroundings): void {
  program
    .command('import')
    .argument(
      '<path>',
      'a dataset folder, or a CSV file with date, slug, tvl_usd, price_usd, market_cap_usd, volume_usd',
    )
    .description('Read a dataset into the database; twice is the same as once.')
    .option('--json', 'print one line of JSON')
    .action(async (path: string, options: Options) => {
      const result = await withDatabase(config(), async (_db, pool) => {
        using progress = openProgress(terminal, 'Importing')
        return await interruptibly('what is written stays; the same command goes on from there', (signal) =>
          importDataset(pool, path, {
            now: new Date(),
            signal,
            onProgress: ({ rows, totalRows }) =>
              progress.show(rows / totalRows, `${grouped(rows)} of ${grouped(totalRows)} rows`),
          }),
        )
      })
      report(terminal, options, snakeCased(result), importInWords)
    })

  program
    .command('export')
    .argument('<dir>', 'the folder to write; an older dataset in it is replaced')
    .description('Write everything that was observed up to yesterday (UTC) as a dataset folder.')
    .option('--json', 'print one line of JSON')
    .action(async (dir: string, options: Options) => {
      const result = await withDatabase(config(), async (db) => {
        using progress = openProgress(terminal, 'Exporting')
        return await interruptibly('nothing is written until everything is read', (signal) =>
          exportDataset(db, dir, {
            asOf: endOfYesterday(new Date()),
            signal,
            onProgress: ({ protocols, totalProtocols }) =>
              progress.show(
                protocols / totalProtocols,
                `${grouped(protocols)} of ${grouped(totalProtocols)} protocols`,
              ),
          }),
        )
      })
      report(terminal, options, result, (done) => exportInWords(dir, done))
    })
}

/** The last instant before today: the running day is not complete. */
function endOfYesterday(now: Date): Date {
  return new Date(startOfDay(utcDate(now)).getTime() - 1)
}

/** Names as in the API's answers. */
function snakeCased({ protocols, rows, writtenRows, newIncidents }: ImportResult) {
  return { protocols, rows, written_rows: writtenRows, new_incidents: newIncidents }
}

function importInWords(done: ReturnType<typeof snakeCased>): string {
  const { protocols, rows, written_rows: writtenRows, new_incidents: newIncidents } = done
  return `Imported ${grouped(rows)} rows of ${grouped(protocols)} protocols: ${grouped(writtenRows)} new or changed, ${grouped(newIncidents)} new incidents`
}

function exportInWords(dir: string, { protocols, rows, incidents }: ExportResult): string {
  return `${dir}: ${grouped(rows)} rows of ${grouped(protocols)} protocols and ${grouped(incidents)} incidents`
}
