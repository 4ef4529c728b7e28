import type { Queue } from 'bullmq'
import { isDeepStrictEqual } from 'node:util'
import { jobs } from './jobs.ts'
import { type Schedule, schedules } from './schedules.ts'
import { jobOptions, reliability } from './settings.ts'

export interface MendedSchedule {
  readonly id: string
  readonly reason: 'missing' | 'changed' | 'stopped'
}

/**
 * Sets the schedules that Redis lacks, has in another form, or has stopped following. Those that are well are left alone: setting
 * one at the moment when it is due would take its tick away.
 * @param now in milliseconds since 1970
 */
export async function mendSchedules(
  queueOf: (schedule: Schedule) => Queue,
  now: number,
): Promise<MendedSchedule[]> {
  const mended: MendedSchedule[] = []
  for (const schedule of schedules) {
    const queue = queueOf(schedule)
    const reason = await faultOf(schedule, queue, now)
    if (reason === undefined) continue
    const { id, job, payload, pattern } = schedule
    const template = { name: job, data: payload, opts: jobOptions(jobs[job]) }
    await queue.upsertJobScheduler(id, { pattern, tz: 'UTC' }, template)
    mended.push({ id, reason })
  }
  return mended
}

async function faultOf(
  { id, payload, pattern }: Schedule,
  queue: Queue,
  now: number,
): Promise<MendedSchedule['reason'] | undefined> {
  const current = await queue.getJobScheduler(id)
  if (current?.next == null) return 'missing'
  if (current.pattern !== pattern || !isDeepStrictEqual(current.template?.data ?? {}, payload))
    return 'changed'
  if (current.next > now - reliability.scheduleOverdueMs) return undefined
  // A tick that waits for a worker will be followed by the next; one that is not there any more will not.
  const tick = await queue.getJob(`repeat:${id}:${current.next}`)
  return tick === undefined || tick.finishedOn !== undefined ? 'stopped' : undefined
}
