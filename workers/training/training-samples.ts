import type { Db } from '../../src/db/connection.ts'
import { dayNumber, utcDate } from '../../src/domain/calendar.ts'
import type { Samples } from '../../src/training/samples.ts'
import { loadHistories } from '../histories.ts'
import type { Threads } from '../threads.ts'

/** Walk-forward folds train on 500 days and test on months after them; more history adds little. */
const trainingHistoryDays = 1_200

/** The samples of one moment, kept for the candidates of the same training run that this process evaluates next. */
let newest: { readonly asOf: string; readonly samples: Promise<Samples> } | undefined

export function trainingSamples(db: Db, asOf: string, threads: Threads): Promise<Samples> {
  if (newest?.asOf !== asOf) {
    const samples = loadSamples(db, new Date(asOf), threads)
    newest = { asOf, samples }
    samples.catch(() => (newest = undefined))
  }
  return newest.samples
}

async function loadSamples(db: Db, asOf: Date, threads: Threads): Promise<Samples> {
  const histories = await loadHistories(db, asOf, trainingHistoryDays)
  const knownUpToDay = dayNumber(utcDate(asOf)) - 1
  // Shared by several jobs, so no single one of them may cancel it.
  const { signal } = new AbortController()
  return threads.run('gatherSamples', { histories, knownUpToDay }, { signal })
}
