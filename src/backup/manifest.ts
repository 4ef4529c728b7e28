import { z } from 'zod'

/** The name of the manifest in the archive. */
export const manifestName = 'manifest.json'

const count = z.int().nonnegative()

/** What a backup holds. */
export const manifest = z.object({
  /** Of the archive's layout; a reader refuses another. */
  format: z.literal(1),
  /** The version of Tidegauge that made it. */
  version: z.string(),
  made_at: z.iso.datetime(),
  /** The steps that the database had taken. */
  migrations: z.array(z.string()).min(1),
  /** In an order in which they can be loaded. */
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()).min(1),
      rows: count,
      partitions: z.array(
        z.object({ name: z.string(), bounds: z.object({ from: z.string(), to: z.string() }).nullable() }),
      ),
    }),
  ),
  /** The last value that each sequence has given. */
  sequences: z.record(z.string(), count),
})
export type Manifest = z.output<typeof manifest>

/** The rows of a table in the text form of COPY. */
export const tableEntry = (name: string): string => `tables/${name}.copy.gz`
