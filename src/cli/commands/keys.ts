import { type Command, Option } from 'commander'
import { scopes } from '../../api/scopes.ts'
import { createApiKey, listApiKeys, revokeApiKey } from '../../db/api-keys.ts'
import { CommandError } from '../exit-codes.ts'
import { type Surroundings, withDatabase } from '../surroundings.ts'
import { minute, report, table } from '../terminal.ts'

interface Options {
  readonly json?: boolean
}

/** `tidegauge keys`: straight in the database, since whoever may read that needs no key to make one. */
export function addKeys(program: Command, { terminal, config }: Surroundings): void {
  const keys = program.command('keys').description('Make, list and revoke API keys.')

  keys
    .command('create')
    .argument('[name]', 'what the key is for', 'unnamed')
    .description('Make a key. It is printed once: only its digest is stored.')
    .addOption(
      new Option('--scope <scope>', 'what it may do; each includes the ones before')
        .choices(scopes)
        .default('read'),
    )
    .option('--json', 'print one line of JSON')
    .action(async (name: string, options: Options & { scope: string }) => {
      const { id, key } = await withDatabase(config(), (db) =>
        createApiKey(db, { name, scopes: [options.scope] }),
      )
      report(terminal, options, { id, name, scope: options.scope, key }, (made) => made.key)
      terminal.note(
        `Key ${id} with the scope "${options.scope}": keep it now, it is not shown again. From now on everybody needs a key, this machine too.`,
      )
    })

  keys
    .command('list')
    .description('Every key that was ever made, without its secret.')
    .option('--json', 'print one line of JSON')
    .action(async (options: Options) =>
      report(terminal, options, (await withDatabase(config(), listApiKeys)).map(toAnswer), listInWords),
    )

  keys
    .command('revoke')
    .argument('<key>', 'its id, or its beginning as "keys list" shows it')
    .description('End a key for good; every process hears of it within a second.')
    .option('--json', 'print one line of JSON')
    .action(async (wanted: string, options: Options) => {
      const id = await withDatabase(config(), async (db) => {
        const matches = (await listApiKeys(db)).filter((key) => key.id === wanted || key.prefix === wanted)
        if (matches.length !== 1)
          throw new CommandError(`There is no key "${wanted}"; "tidegauge keys list" shows those there are`)
        const { id } = matches[0]!
        if (!(await revokeApiKey(db, id))) throw new CommandError(`The key "${wanted}" is already revoked`)
        return id
      })
      report(terminal, options, { id, revoked: true }, () => `Revoked ${id}`)
    })
}

/** Names as in the API's answers. */
function toAnswer(key: Awaited<ReturnType<typeof listApiKeys>>[number]) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  }
}

function listInWords(keys: readonly ReturnType<typeof toAnswer>[]): string {
  if (keys.length === 0) return 'No key yet: the API answers this machine only'
  const known = (instant: string | null): string => (instant === null ? '–' : minute(instant))
  return table(
    ['id', 'key', 'name', 'scopes', 'created', 'last used', 'revoked'],
    keys.map((key) => [
      key.id,
      `${key.prefix}…`,
      key.name,
      key.scopes.join(' '),
      minute(key.created_at),
      known(key.last_used_at),
      known(key.revoked_at),
    ]),
  )
}
