import { afterAll, expect, it } from 'vitest'
import { followChanges } from '../../src/db/changes.ts'
import { findRun } from '../../src/db/job-runs.ts'
import { submitJob } from '../../src/jobs/submit.ts'
import { cloneDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const { url, db } = await cloneDatabase()
let words = 0
const feed = followChanges({
  databaseUrl: url,
  channel: 'tidegauge_submitted',
  db,
  onChange: () => words++,
  onGap: () => undefined,
  onLost: () => undefined,
})
afterAll(() => feed[Symbol.asyncDispose]())
await eventually(() => Promise.resolve(feed.isLive))

const toldSince = (before: number) => eventually(() => Promise.resolve(words > before))
const submit = (on: typeof db, protocol: string) =>
  submitJob(on, 'backfill-protocol', { protocol_id: protocol }, { origin: 'api' })

it('tells of a submission', async () => {
  const before = words
  await submit(db, 'alone')
  await toldSince(before)
})

it('tells of a submission in a transaction when that is committed, and of none that is rolled back', async () => {
  const before = words
  const undone = db.transaction().execute(async (tx) => {
    await submit(tx, 'undone')
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  const { runId } = await db.transaction().execute((tx) => submit(tx, 'done'))
  await toldSince(before)
  expect(await findRun(db, runId)).toBeDefined()
  expect(words).toBe(before + 1)
})

it('tells of a burst in fewer words than it has submissions, and of its last', async () => {
  const before = words
  await Promise.all(Array.from({ length: 50 }, (_, i) => submit(db, `burst-${i}`)))
  await toldSince(before)
  expect(words - before).toBeLessThan(50)
})
