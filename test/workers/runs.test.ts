import { describe, expect, it } from 'vitest'
import { reliability } from '../../queues/settings.ts'
import { findRun, requestCancel, startRun } from '../../src/db/job-runs.ts'
import { PermanentError } from '../../src/errors.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { BudgetWaitError } from '../../src/sources/source-errors.ts'
import { relayOutbox } from '../../workers/outbox-relay.ts'
import { reconcileRuns } from '../../workers/reconciler.ts'
import { eventually } from '../support/eventually.ts'
import { openWorkshop } from '../support/workshop.ts'

const { platform, work, ended } = await openWorkshop()
const { db, producer, log } = platform
const submit = async (protocol: string): Promise<string> => {
  const { runId } = await submitJob(
    db,
    'backfill-protocol',
    { protocol_id: protocol },
    { origin: 'api', lane: 'user' },
  )
  return runId
}
const waiting = async (runId: string): Promise<boolean> =>
  (await db.selectFrom('outbox').select('id').where('runId', '=', runId).executeTakeFirst()) !== undefined
const attempts = new Map<string, number>()

work('collection', {
  'backfill-protocol': async ({ protocol_id: what }, { signal, saveCheckpoint, checkpoint }) => {
    const attempt = (attempts.get(what) ?? 0) + 1
    attempts.set(what, attempt)
    if (what === 'flaky' && attempt < 2) throw new Error('the first attempt fails')
    if (what === 'broken') throw new PermanentError('this can never work')
    if (what === 'waiting' && !checkpoint['asked']) {
      await saveCheckpoint({ asked: true })
      throw new BudgetWaitError('coingecko', 50, 'budget-spent')
    }
    if (what === 'endless')
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')))
      })
    return { rows: attempt, refused: 0 }
  },
})

describe('a submitted run', () => {
  it('is handed over by the outbox, worked on, and ends with its result', async () => {
    const runId = await submit('plain')
    expect((await findRun(db, runId))?.state).toBe('queued')
    expect(await waiting(runId)).toBe(true)
    await relayOutbox(db, producer)
    expect(await waiting(runId)).toBe(false)
    expect(await ended(runId)).toMatchObject({
      state: 'completed',
      attempt: 1,
      progress: 1,
      result: { rows: 1, refused: 0 },
      error: null,
    })
  })

  it('is the same run as one with its key that still waits', async () => {
    const first = await submit('twice')
    expect(await submit('twice')).toBe(first)
    await relayOutbox(db, producer)
    await ended(first)
    expect(await submit('twice')).not.toBe(first)
    await relayOutbox(db, producer)
  })

  it('is tried again after an error that may pass', async () => {
    const runId = await submit('flaky')
    await relayOutbox(db, producer)
    expect(await ended(runId)).toMatchObject({ state: 'completed', attempt: 2, error: null })
  })

  it('is not tried again after a permanent error', async () => {
    const runId = await submit('broken')
    await relayOutbox(db, producer)
    expect(await ended(runId)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { name: 'PermanentError', message: 'this can never work' },
    })
  })

  it('gives its slot back while it waits for a budget, and goes on from its checkpoint', async () => {
    const runId = await submit('waiting')
    await relayOutbox(db, producer)
    expect(await ended(runId)).toMatchObject({ state: 'completed', checkpoint: { asked: true } })
  })

  it('does not start when it was cancelled while it waited', async () => {
    const runId = await submit('unwanted')
    expect(await requestCancel(db, runId)).toBe('cancelled')
    await relayOutbox(db, producer)
    await eventually(async () => (await producer.queues.get('collection')?.getJob(runId))?.finishedOn)
    expect((await findRun(db, runId))?.state).toBe('cancelled')
    expect(attempts.get('unwanted')).toBeUndefined()
  })

  it('is stopped within seconds when it is cancelled while it runs', async () => {
    const runId = await submit('endless')
    await relayOutbox(db, producer)
    await eventually(async () => (await findRun(db, runId))?.state === 'active')
    expect(await requestCancel(db, runId)).toBe('active')
    expect(await ended(runId)).toMatchObject({ state: 'cancelled' })
    expect(attempts.get('endless')).toBe(1)
  })

  it('is quarantined when its process has died too often', async () => {
    const runId = await submit('deadly')
    for (let start = 0; start < reliability.maxCrashes; start++) await startRun(db, runId)
    await relayOutbox(db, producer)
    expect(await ended(runId)).toMatchObject({ state: 'quarantined', error: { name: 'PoisonJobError' } })
    expect(attempts.get('deadly')).toBeUndefined()
  })
})

describe('reconcileRuns', () => {
  const long = () => db.updateTable('jobRuns').set({ createdAt: new Date(0) })

  it('queues a run again that Redis has lost', async () => {
    const runId = await submit('lost')
    await db.deleteFrom('outbox').where('runId', '=', runId).execute()
    await long().where('id', '=', runId).execute()
    expect(await reconcileRuns(db, producer, log)).toBe(1)
    await relayOutbox(db, producer)
    expect(await ended(runId)).toMatchObject({ state: 'completed' })
  })

  it('leaves a run alone that is young or still in the outbox', async () => {
    const runId = await submit('young')
    expect(await reconcileRuns(db, producer, log)).toBe(0)
    await long().where('id', '=', runId).execute()
    expect(await reconcileRuns(db, producer, log)).toBe(0)
  })
})
