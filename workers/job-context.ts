import { WaitingChildrenError } from 'bullmq'
import { jobs } from '../queues/jobs.ts'
import { runIdFrom } from '../queues/run-id.ts'
import {
  appendJobLog,
  parkRun,
  recordRun,
  saveCheckpoint,
  saveProgress,
  type StartedRun,
} from '../src/db/job-runs.ts'
import { describeRun, submitJob, submitJobs } from '../src/jobs/submit.ts'
import type { Child, JobContext } from './handler.ts'
import type { Platform } from './platform.ts'
import type { Attempt } from './run.ts'

const progressEveryMs = 250

export function createJobContext(attempt: Attempt, started: StartedRun, platform: Platform): JobContext {
  const { runId, job, signal, token } = attempt
  const { db, producer } = platform
  const log = platform.log.child({ jobId: runId, job: attempt.name, attempt: started.attempt })
  const lane = job.priority === 0 && !attempt.isScheduled ? 'user' : 'scheduled'
  let savedAt = -Infinity

  return {
    db,
    runId,
    lane,
    signal,
    log,
    checkpoint: started.checkpoint ?? {},
    saveCheckpoint: (checkpoint) => saveCheckpoint(db, runId, checkpoint),

    progress(fraction, step, detail) {
      const now = performance.now()
      if (fraction < 1 && now - savedAt < progressEveryMs) return
      savedAt = now
      const progress = { fraction, step, ...(detail && { detail }) }
      // Progress is told, not promised: a report that is lost is followed by the next.
      void Promise.all([saveProgress(db, runId, progress), job.updateProgress({ ...progress })]).catch(
        (err: unknown) => {
          log.debug({ err }, 'progress was not saved')
        },
      )
    },

    note: (message, data, ofRun = runId) =>
      appendJobLog(db, ofRun, { level: 'info', message, ...(data && { data }) }),

    async enqueue(name, payload) {
      const { runId: queued } = await submitJob(db, name, payload, { origin: 'job', parentId: runId, lane })
      return queued
    },

    enqueueAll: (name, payloads) => submitJobs(db, name, payloads, { origin: 'job', parentId: runId, lane }),

    async waitForChildren(children) {
      const runs = children.map((child) => childRun(child, attempt))
      for (const run of runs) await recordRun(db, run)
      await producer.addChildren(job, runs)
      await parkRun(db, runId, { state: 'waiting', step: `waiting for ${children.length} children` })
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError()
    },

    // Last, or V8 takes a hundred times as long over it.
    ...platform.resources,
  }
}

function childRun({ key, name, payload }: Child, { runId }: Attempt) {
  const run = describeRun(name, payload, { origin: 'flow', parentId: runId })
  return { ...run, id: runIdFrom(`${runId}/${key}`), name, queue: jobs[name].queue, dedupKey: null }
}
