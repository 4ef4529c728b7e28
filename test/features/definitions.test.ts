import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { featureNames } from '../../src/domain/feature-names.ts'
import { featureDefinitions } from '../../src/features/definitions.ts'

describe('the catalogue of features', () => {
  it('defines the 17 features in the order of every vector', () => {
    expect(Object.keys(featureDefinitions)).toEqual(featureNames)
    expect(featureNames).toHaveLength(17)
  })

  it('is what docs/features.md says', () => {
    const page = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8')
    const cells = (row: string): string[] =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|'))
    const rows = page
      .split('\n')
      .filter((line) => /^\| `\w+` *\|.*\|.*\|.*\|$/.test(line))
      .map(cells)

    const expected = featureNames.map((name) => {
      const { title, unit, formula } = featureDefinitions[name]
      return [`\`${name}\``, title, unit, formula]
    })
    expect(rows).toEqual(expect.arrayContaining(expected))
    expect(rows.filter((row) => row.length === 4)).toHaveLength(17)
  })
})
