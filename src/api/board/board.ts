import { createBullBoard } from '@bull-board/api'
import { type RequestHandler, Router } from 'express'
import type { Queue } from 'bullmq'
import { z } from 'zod'
import type { QueueName } from '../../../queues/contract.ts'
import { jobNames, jobs } from '../../../queues/jobs.ts'
import { runIdOf } from '../../../queues/run-id.ts'
import type { Db } from '../../db/connection.ts'
import { ProblemError } from '../../errors.ts'
import { requireScope } from '../authenticate.ts'
import { mayUse } from '../scopes.ts'
import { LocalAdapter } from './local-adapter.ts'
import { actor, RecordedQueue } from './recorded-queue.ts'

export const boardPath = '/admin/queues'
const descriptions: Readonly<Record<QueueName, string>> = {
  alerts: 'Delivers alerts to their channels',
  anomaly: 'Scores and scans all protocols',
  collection: 'Collects the market under the rate limits of its sources',
  features: 'Builds the 17 features',
  maintenance: 'Prunes what is old',
  training: 'Trains, compares and promotes models',
}
const systemFonts = { 'font-sans': 'system-ui, sans-serif', 'font-mono': 'ui-monospace, monospace' }

type Queues = ReadonlyMap<QueueName, Queue>

/** Bull Board: to look at for everybody, to retry, clean, pause and promote for admins. */
export function createBoard(queues: Queues, db: Db): RequestHandler {
  const forAdmins = createView(queues, db, { readOnlyMode: false })
  const forReaders = createView(queues, db, { readOnlyMode: true })
  const router = Router()
  router.use(guardActions, (req, res, next) => {
    const principal = requireScope(res.locals.principal, 'read')
    actor.run(principal, () => (mayUse(principal, 'admin') ? forAdmins : forReaders)(req, res, next))
  })
  return router
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'
/** What the record can follow. Everything else, such as adding jobs or rewriting schedules, it would not know of. */
const offered = [
  /^\/api\/queues\/(pause|resume)$/,
  /^\/api\/queues\/[^/]+\/(pause|resume|promote|retry\/failed|clean\/\w+)$/,
  /^\/api\/queues\/[^/]+\/[^/]+\/(retry|clean|promote)$/,
]

const guardActions: RequestHandler = (req, res, next) => {
  if (!isSafe(req.method)) {
    requireScope(res.locals.principal, 'admin')
    if (req.method !== 'PUT' || !offered.some((path) => path.test(req.path)))
      throw new ProblemError(
        405,
        'not_on_the_board',
        'Runs are submitted with POST /jobs; schedules and jobs are not edited here',
      )
  }
  next()
}

function createView(queues: Queues, db: Db, { readOnlyMode }: { readOnlyMode: boolean }): RequestHandler {
  const serverAdapter = new LocalAdapter().setBasePath(boardPath)
  createBullBoard({
    queues: [...queues].map(
      ([name, queue]) =>
        new RecordedQueue(queue, db, {
          readOnlyMode,
          description: descriptions[name],
          jobDataSchema: payloadSchema(name),
          externalJobUrl: (job) => ({
            href: `/#/jobs/${runIdOf(String(job.id ?? ''))}`,
            displayText: 'This run on the dashboard',
          }),
        }),
    ),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Tidegauge queues',
        hideDocsLink: true,
        miscLinks: [
          { text: 'Dashboard', url: '/' },
          { text: 'API reference', url: '/docs' },
        ],
        theme: { light: systemFonts, dark: systemFonts },
      },
    },
  })
  return serverAdapter.getRouter() as RequestHandler
}

/** One of the payloads of the queue's jobs, each under its job's name. */
function payloadSchema(queue: QueueName): Record<string, unknown> {
  const payloads = jobNames
    .filter((name) => jobs[name].queue === queue)
    .map((name) => ({
      title: name,
      description: jobs[name].description,
      ...z.toJSONSchema(jobs[name].payload, { io: 'input' }),
    }))
  return payloads.length === 1 ? payloads[0]! : { oneOf: payloads }
}
