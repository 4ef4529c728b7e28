import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import type { Measured, Stage } from './scale/one-size.ts'
import { figure, type Figure } from './report.ts'

const sizes = { quick: [1_000, 3_000, 6_500], full: [1_000, 6_500, 20_000, 50_000] } as const
const stages: readonly Stage[] = ['collect', 'features', 'train', 'scan']
const names: Readonly<Record<Stage, string>> = {
  collect: 'import of 120 days',
  features: 'build-features',
  train: 'train-models (anomaly)',
  scan: 'scan-protocols',
}
const maxRssMb = 1_536

/**
 * The pipeline at growing numbers of protocols, each size in a process and on services of its own. `scale full` goes to 50,000.
 * Rows come by the import's COPY: over the wire the budget of calls, and not this machine, sets the pace.
 */
export async function run(words: readonly string[]): Promise<Figure[]> {
  const chosen = words[0] === 'full' ? sizes.full : sizes.quick
  const measured: Measured[] = []
  for (const size of chosen) {
    measured.push(await measure(size))
    console.error(JSON.stringify(measured.at(-1)))
  }
  return [...measured.flatMap(figuresOf), ...stages.map((stage) => exponentOf(stage, measured))]
}

async function measure(size: number): Promise<Measured> {
  const script = fileURLToPath(new URL('./scale/one-size.js', import.meta.url))
  // Without a limit V8 lets garbage stand on a machine with much memory, and the figure would say nothing of need.
  const child = spawn(process.execPath, ['--max-old-space-size=1200', script, String(size)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed, code] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ])
  if (code !== 0) throw new Error(`The process for ${size} protocols ended with ${code}`)
  return JSON.parse(printed.trim().split('\n').at(-1)!) as Measured
}

function figuresOf(measured: Measured): Figure[] {
  const { protocols, seconds, cpuSeconds, peakMb, rows, redisKeys, databaseMb } = measured
  const what = `${protocols.toLocaleString('en')} protocols`
  return [
    ...stages.map((stage) =>
      figure({
        name: `${what}: ${names[stage]}`,
        value: seconds[stage],
        unit: 's',
        detail: `${cpuSeconds[stage].toFixed(1)} CPU-seconds of the worker, at most ${peakMb[stage]} MB`,
      }),
    ),
    figure({
      name: `${what}: resident memory of the worker`,
      value: Math.max(...stages.map((stage) => peakMb[stage])),
      unit: 'MB',
      goal: `<= ${maxRssMb}`,
      detail: `${rows.toLocaleString('en')} rows, ${databaseMb} MB in Postgres, ${redisKeys} keys in Redis`,
    }),
  ]
}

/** The slope of log CPU-seconds over log protocols: 1 is linear. Wall time would measure whoever else uses the machine. */
function exponentOf(stage: Stage, measured: readonly Measured[]): Figure {
  const x = measured.map(({ protocols }) => Math.log(protocols))
  const y = measured.map(({ cpuSeconds }) => Math.log(cpuSeconds[stage]))
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0)
  const variance = x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
  const sizesInWords = measured.map(({ protocols }) => protocols.toLocaleString('en')).join(', ')
  return figure({
    name: `growth exponent of ${names[stage]}`,
    value: covariance / variance,
    unit: '',
    goal: '<= 1.1',
    detail: `over ${sizesInWords}`,
  })
}
