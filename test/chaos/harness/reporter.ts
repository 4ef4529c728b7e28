import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

interface Row {
  readonly id: string
  readonly passed: boolean
  readonly injected: string
  readonly expected: string
  readonly scale: number | null
  readonly seen: Readonly<Record<string, number | string>>
  readonly seconds: number
}

/** Every promise of docs/reliability.md. */
const promised = [
  ...Array.from({ length: 16 }, (_, i) => `R${i + 1}`),
  ...['A1', 'A2', 'A3', 'S1', 'S2', 'S3', 'O1', 'O2', 'D1'],
]
/** A test elsewhere in the suite keeps a promise by beginning its name with it. */
const named = /^([RASOD]\d+(?: \w+)?): (.*)$/s

/**
 * A table of the promises that were tested, and the same as JSON in `test-output/`. `npm run chaos` fails when a promise has no
 * test; the suite shows broken ones only, since it has more to say.
 */
export default class PromiseReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const isChaos = process.env['npm_lifecycle_event'] === 'chaos'
    const rows = modules.flatMap((module) => [...module.children.allTests()].flatMap(rowOf))
    if (rows.length === 0) return
    rows.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
    const missing = promised.filter((id) => !rows.some((row) => row.id.split(' ')[0] === id))
    const broken = rows.filter(({ passed }) => !passed)
    console.log(`\n${tableOf(isChaos ? rows : broken)}`)
    console.log(`${rows.length - broken.length} of ${rows.length} tests of promises kept`)
    console.log(`not in this run: ${missing.join(', ') || 'none'}\n`)
    if (isChaos && missing.length > 0) process.exitCode = 1
    const dir = join(import.meta.dirname, '../../../test-output')
    mkdirSync(dir, { recursive: true })
    const at = new Date().toISOString()
    const report = `${JSON.stringify({ at, rows, missing }, undefined, 2)}\n`
    writeFileSync(join(dir, 'promises.json'), report)
  }
}

function rowOf(test: TestCase): Row[] {
  const { state } = test.result()
  if (state === 'skipped' || state === 'pending') return []
  const seconds = Math.round((test.diagnostic()?.duration ?? 0) / 1000)
  const passed = state === 'passed'
  const { promise } = test.meta()
  if (promise) return [{ ...promise, passed, seconds }]
  const [, id, expected] = named.exec(test.name) ?? []
  if (id === undefined || expected === undefined) return []
  return [{ id, passed, injected: '', expected, scale: null, seen: {}, seconds }]
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ id, passed, injected, expected, seen, seconds }) => {
    const figures = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
    const verdict = passed ? 'kept  ' : 'BROKEN'
    return [
      `${id.padEnd(10)} ${verdict} ${seconds} s`,
      `  injected  ${injected || 'see the test'}`,
      `  expected  ${expected}`,
      `  seen      ${figures.join(', ') || (passed ? 'as expected' : 'see above')}`,
    ].join('\n')
  })
  return ['PROMISES', ...lines].join('\n')
}
