import { Argument, type Command, Option } from 'commander'
import { type Api, openApi } from '../api.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { expectSuccess, followRun, readRun, type Run } from '../follow-run.ts'
import { pageLimit, runId, seed } from '../option-words.ts'
import type { Surroundings } from '../surroundings.ts'
import { minute, report, table, type Terminal } from '../terminal.ts'

interface Options {
  readonly json?: boolean
  readonly wait?: boolean
}
interface TrainOptions extends Options {
  readonly family: 'anomaly' | 'risk'
  readonly grid: 'full' | 'quick'
  readonly seed: number
}
interface JobsOptions extends Options {
  readonly cancel?: boolean
  readonly retry?: boolean
  readonly state?: Run['state']
  readonly limit: number
}

const states: readonly Run['state'][] = [
  'queued',
  'active',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'quarantined',
]

/** `tidegauge collect`, `train`, `scan` and `jobs`: work for the queues, and what became of it. */
export function addJobs(program: Command, { terminal, config }: Surroundings): void {
  submitting(program, 'collect')
    .description('Queue a snapshot of all protocols.')
    .action(async (options: Options) => {
      const api = openApi(config())
      await submit(api, terminal, options, api.client.POST('/collect'))
    })

  submitting(program, 'scan')
    .description('Queue a scan of all protocols for anomalies.')
    .action(async (options: Options) => {
      const api = openApi(config())
      await submit(api, terminal, options, api.client.POST('/anomaly/scan'))
    })

  submitting(program, 'train')
    .description('Queue a training run; with --wait the exit code says how it ended.')
    .addOption(new Option('--family <family>', 'what to train').choices(['risk', 'anomaly']).default('risk'))
    .addOption(
      new Option('--grid <grid>', 'configurations per algorithm: 1 or 9')
        .choices(['quick', 'full'])
        .default('full'),
    )
    .option('--seed <n>', 'the same seed and data, the same model', seed, 42)
    .action(async ({ family, grid, seed, ...options }: TrainOptions) => {
      const api = openApi(config())
      const request = api.client.POST('/models/train', { body: { family, grid, seed } })
      await submit(api, terminal, options, request)
    })

  program
    .command('jobs')
    .addArgument(new Argument('[id]', 'one run; without it, the newest ones').argParser(runId))
    .description('Show runs of jobs; follow one, cancel it or do its work again.')
    .option('--wait', 'follow the run until it has ended')
    .addOption(new Option('--cancel', 'cancel the run').conflicts('retry'))
    .option('--retry', 'queue a new run of the same work')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(states))
    .option('--limit <n>', 'how many runs', pageLimit, 20)
    .option('--json', 'print one line of JSON')
    .action(async (id: string | undefined, options: JobsOptions) => {
      const api = openApi(config())
      if (id !== undefined) return showRun(api, terminal, id, options)
      if (options.wait === true || options.cancel === true || options.retry === true)
        throw new CommandError(
          '--wait, --cancel and --retry need the id of a run, such as "tidegauge jobs" shows it',
          exitCodes.usage,
        )
      const { limit, state } = options
      const query = { limit, ...(state === undefined ? {} : { state }) }
      const page = await api.answer(api.client.GET('/jobs', { params: { query } }))
      report(terminal, options, page, ({ items }) => runsInWords(items))
    })
}

function submitting(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--wait', 'follow the run until it has ended')
    .option('--json', 'print one line of JSON')
}

async function submit(
  api: Api,
  terminal: Terminal,
  options: Options,
  request: Parameters<typeof api.answer<Run>>[0],
): Promise<void> {
  const queued = await api.answer(request)
  if (options.wait === true) showEnd(terminal, options, await followRun(api, terminal, queued))
  else report(terminal, options, queued, ({ id }) => `Queued ${id}; "tidegauge jobs ${id} --wait" follows it`)
}

async function showRun(api: Api, terminal: Terminal, id: string, options: JobsOptions): Promise<void> {
  const run = await askedOf(api, id, options)
  if (options.wait === true) showEnd(terminal, options, await followRun(api, terminal, run))
  else report(terminal, options, run, runInWords)
}

function askedOf(api: Api, id: string, { cancel, retry }: JobsOptions): Promise<Run> {
  const { client, answer } = api
  const params = { path: { id } }
  if (cancel === true) return answer(client.POST('/jobs/{id}/cancel', { params }))
  if (retry === true) return answer(client.POST('/jobs/{id}/retry', { params }))
  return readRun(api, id)
}

function showEnd(terminal: Terminal, options: Options, run: Run): void {
  report(terminal, options, run, runInWords)
  expectSuccess(run)
}

function runsInWords(runs: readonly Run[]): string {
  if (runs.length === 0) return 'No run yet'
  return table(
    ['id', 'job', 'state', 'progress', 'created'],
    runs.map(({ id, name, state, progress, created_at }) => [
      id,
      name,
      state,
      percent(progress.fraction),
      minute(created_at),
    ]),
  )
}

function runInWords({
  id,
  name,
  state,
  progress,
  attempt,
  result,
  error,
  created_at,
  finished_at,
}: Run): string {
  const facts = [
    `${name} ${id}: ${state}`,
    `progress  ${percent(progress.fraction)}${progress.step === null ? '' : `, ${progress.step}`}`,
    `attempt   ${attempt}`,
    `created   ${minute(created_at)}`,
    ...(finished_at === null ? [] : [`finished  ${minute(finished_at)}`]),
    ...(result === null ? [] : [`result    ${JSON.stringify(result)}`]),
    ...(error === null ? [] : [`error     ${error.message}`]),
  ]
  return facts.join('\n')
}

const percent = (fraction: number): string => `${Math.floor(fraction * 100)} %`
