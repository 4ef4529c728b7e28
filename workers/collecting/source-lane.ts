import type { FetchContext } from '../../src/sources/fetched.ts'
import type { JobContext } from '../handler.ts'

/** How a job stands in line for its calls: what somebody asked for goes first, and a job that waited keeps its place. */
export function sourceLane({
  signal,
  lane,
  runId,
}: Pick<JobContext, 'signal' | 'lane' | 'runId'>): FetchContext {
  return { signal, lane: lane === 'user' ? 'user' : 'backfill', ticket: runId }
}
