import { readdirSync } from 'node:fs'

import { printReport, type Figure } from './report.ts'

/** Every other file of this folder is one bench and exports `run`. */
interface Bench {
  /** @param words what stands after the name, such as `full` */
  run(words: readonly string[]): Promise<Figure[]>
}

const shared = new Set(['main', 'report', 'peer', 'drawn-data', 'classifier-peer'])

function benchNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .filter((name) => !shared.has(name))
    .sort()
}

const name = process.argv[2]
if (name !== undefined && benchNames().includes(name)) {
  const bench = (await import(`./${name}.js`)) as Bench
  printReport(name, await bench.run(process.argv.slice(3)))
} else {
  console.error(`Expected one of ${benchNames().join(', ')}, got ${name ?? 'nothing'}`)
  process.exitCode = 2
}
