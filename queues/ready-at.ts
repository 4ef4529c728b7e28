import type { Job } from 'bullmq'

/** When a job could first run, in ms since 1970: jobs of a schedule are made a tick ahead, and their id ends with their own. */
export function readyAt({ id, timestamp, opts }: Pick<Job, 'id' | 'timestamp' | 'opts'>): number {
  const [, tick] = /^repeat:.*:(\d+)$/.exec(id ?? '') ?? []
  return tick === undefined ? timestamp + (opts.delay ?? 0) : Number(tick)
}
