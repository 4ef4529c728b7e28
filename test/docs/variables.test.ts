import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { variables } from '../../src/config-variables.ts'

const root = join(import.meta.dirname, '../..')
const defaults = variables.parse({})
const names = Object.keys(variables.shape) as (keyof typeof defaults)[]
/** Read from every environment, and not what this product is configured by. */
const common = new Set(['NODE_ENV', 'PATH', 'XDG_CACHE_HOME'])
/** Depend on the machine, so the documents say how. */
const computed = new Set(['TIDEGAUGE_HOME', 'TIDEGAUGE_THREADS'])

interface Budget {
  readonly calls: number
  readonly windowMs: number
}
const written = (value: string | number | Budget): string =>
  typeof value === 'object' ? `${value.calls}/${value.windowMs / 1000}s` : String(value)

/** The variables of the README's table with what stands in the column "default". */
function readmeRows(): Map<string, string> {
  const rows = readFileSync(join(root, 'README.md'), 'utf8').matchAll(
    /^\|[^|\n]*\| `([A-Z][A-Z_]+)` \| ([^|\n]*) \|/gm,
  )
  return new Map([...rows].map(([, name = '', shown = '']) => [name, shown.trim()]))
}

/** The variables of .env.example with the value that stands behind the equals sign. */
function exampleRows(): Map<string, string> {
  const rows = readFileSync(join(root, '.env.example'), 'utf8').matchAll(
    /^# ([A-Z][A-Z_]+)=(.*?)(?: {2,}#.*| +#.*)?$/gm,
  )
  return new Map([...rows].map(([, name = '', value = '']) => [name, value.trim()]))
}

describe('the variables', () => {
  const documented = names.filter((name) => !common.has(name))

  it('stand in the table of the README, each with its default, and no other does', () => {
    const rows = readmeRows()
    expect([...rows.keys()].sort()).toEqual([...documented].sort())
    for (const name of documented) {
      const value = defaults[name]
      if (value === undefined || computed.has(name)) continue
      expect(`${name} ${rows.get(name)}`).toBe(`${name} \`${written(value)}\``)
    }
  })

  it('stand in .env.example, each with its default, and no other does', () => {
    const rows = exampleRows()
    expect([...rows.keys()].filter((name) => !common.has(name)).sort()).toEqual([...documented].sort())
    for (const name of documented) {
      const value = defaults[name]
      if (value !== undefined && !computed.has(name))
        expect(`${name}=${rows.get(name)}`).toBe(`${name}=${written(value)}`)
    }
  })
})
