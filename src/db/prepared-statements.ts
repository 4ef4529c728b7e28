import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** Statements beyond this many are not kept: something makes them up as it goes. */
const maxStatements = 500
/** SQLSTATE of a plan whose result would have other columns than it had. */
const outdatedPlan = '0A000'

/**
 * Has Postgres parse and plan each statement once per connection instead of once per query: for a process that asks the same
 * few questions over and over, where planning costs more than the answer. A plan that a migration has outdated is replaced.
 */
export function withPreparedStatements(pool: pg.Pool): PostgresPool {
  const names = createStatementNames()
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    async connect() {
      const client = await pool.connect()
      const known = clients.get(client) ?? preparing(client, names)
      clients.set(client, known)
      return known
    },
    end: () => pool.end(),
  }
}

interface StatementNames {
  /** undefined: not worth one. */
  nameOf(text: string): string | undefined
  /** From now on the text has another name. */
  rename(text: string): void
}

function createStatementNames(): StatementNames {
  const names = new Map<string, string>()
  let count = 0
  return {
    nameOf(text) {
      if (!names.has(text) && names.size < maxStatements) names.set(text, `statement_${++count}`)
      return names.get(text)
    },
    rename: (text) => void names.delete(text),
  }
}

function preparing(client: pg.PoolClient, names: StatementNames): PostgresPoolClient {
  const ask = (text: string, values: unknown[]) => {
    // There is nothing to plan in `begin` and the like.
    const name = values.length === 0 ? undefined : names.nameOf(text)
    return client.query(name === undefined ? { text, values } : { name, text, values })
  }
  const query = async (text: string, values: unknown[]) => {
    try {
      return await ask(text, values)
    } catch (error) {
      if ((error as { code?: unknown }).code !== outdatedPlan) throw error
      names.rename(text)
      return ask(text, values)
    }
  }
  // Kysely may also ask for a cursor, which nobody here does.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() }
}
