import type pg from 'pg'

/** A range of a partitioned table that has a table of its own; null bounds are the rest of all values. */
export interface StoredPartition {
  readonly name: string
  readonly bounds: { readonly from: string; readonly to: string } | null
}

export interface StoredTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly partitions: readonly StoredPartition[]
}

type Client = Pick<pg.ClientBase, 'query' | 'escapeIdentifier' | 'escapeLiteral'>

/** Every table with rows of ours, whatever migrations have made, each after the tables that its rows point to. */
export async function listTables(client: Client): Promise<StoredTable[]> {
  const { rows } = await client.query<StoredTable & { refersTo: string[] }>(tablesWithColumns)
  const { rows: partitions } = await client.query<{ table: string; name: string; bound: string }>(
    allPartitions,
  )
  const ordered: StoredTable[] = []
  const isPlaced = (name: string): boolean => ordered.some((table) => table.name === name)
  while (ordered.length < rows.length) {
    const next = rows.find(({ name, refersTo }) => !isPlaced(name) && refersTo.every(isPlaced))
    if (next === undefined) throw new Error('The foreign keys of the tables form a circle')
    ordered.push({
      name: next.name,
      columns: next.columns,
      partitions: partitions.filter(({ table }) => table === next.name).map(partitionOf),
    })
  }
  return ordered
}

function partitionOf({ name, bound }: { name: string; bound: string }): StoredPartition {
  if (bound === 'DEFAULT') return { name, bounds: null }
  const [, from, to] = /^FOR VALUES FROM \('([^']*)'\) TO \('([^']*)'\)$/.exec(bound) ?? []
  if (from === undefined || to === undefined) throw new Error(`The partition ${name} has no range: ${bound}`)
  return { name, bounds: { from, to } }
}

/** The migration steps that the database has taken, in their order; undefined when it never took one. */
export async function listMigrations(client: Pick<Client, 'query'>): Promise<string[] | undefined> {
  const { rows: found } = await client.query<{ table: string | null }>(
    `select to_regclass('kysely_migration') as table`,
  )
  if (found[0]?.table == null) return undefined
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map(({ name }) => name)
}

/** How far each sequence has counted; one that was never used is left out. */
export async function readSequences(client: Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; last: number }>(
    `select sequencename as name, last_value as last from pg_sequences
     where schemaname = current_schema() and last_value is not null order by 1`,
  )
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

/** The next value of each sequence is the one after. */
export async function setSequences(client: Client, counted: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, last] of Object.entries(counted))
    await client.query('select setval($1::regclass, $2)', [client.escapeIdentifier(name), last])
}

/** The first table that holds a row, undefined when all are empty. */
export async function findFilledTable(
  client: Client,
  tables: readonly StoredTable[],
): Promise<string | undefined> {
  for (const { name } of tables) {
    const { rows } = await client.query<{ filled: boolean }>(
      `select exists (select from ${client.escapeIdentifier(name)}) as filled`,
    )
    if (rows[0]?.filled) return name
  }
  return undefined
}

export async function createPartitions(
  client: Client,
  { name: table, partitions }: StoredTable,
): Promise<void> {
  const literal = (text: string): string => client.escapeLiteral(text)
  for (const { name, bounds } of partitions) {
    const range = bounds ? `for values from (${literal(bounds.from)}) to (${literal(bounds.to)})` : 'default'
    await client.query(
      `create table ${client.escapeIdentifier(name)} partition of ${client.escapeIdentifier(table)} ${range}`,
    )
  }
}

/** Statements of COPY in its text form, which every version of Postgres reads. */
export function copyStatements(client: Client, { name, columns }: StoredTable): { out: string; in: string } {
  const table = client.escapeIdentifier(name)
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ')
  return { out: `copy (select ${list} from ${table}) to stdout`, in: `copy ${table} (${list}) from stdin` }
}

const tablesWithColumns = `
  select c.relname as name,
    array(select a.attname::text from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          order by a.attnum) as columns,
    array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
          where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as "refersTo"
  from pg_class c
  where c.relnamespace = current_schema()::text::regnamespace and c.relkind in ('r', 'p')
    and not c.relispartition and c.relname not like 'kysely\\_migration%'
  order by c.relname`

const allPartitions = `
  select p.relname as table, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
  where c.relispartition and c.relkind in ('r', 'p') and c.relnamespace = current_schema()::text::regnamespace
  order by c.relname`
