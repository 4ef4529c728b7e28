import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { AppViewRoute } from '@bull-board/api/typings/app'
import { ExpressAdapter } from '@bull-board/express'
import type { Queue } from 'bullmq'
import type { Express } from 'express'
import type { QueueName } from '../../queues/contract.ts'

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

/**
 * Bull Board, to look at: what it shows is Redis's side of the work. Retrying and cancelling change the record in Postgres, so
 * they go through `/jobs`, which every job on the board links to.
 */
export function createBoard(queues: ReadonlyMap<QueueName, Queue>): Express {
  const serverAdapter = new LocalAdapter().setBasePath(boardPath)
  createBullBoard({
    queues: [...queues].map(([name, queue]) => {
      return new BullMQAdapter(queue, {
        readOnlyMode: true,
        allowRetries: false,
        description: descriptions[name],
        externalJobUrl: (job) => ({ href: `/jobs/${job.id ?? ''}`, displayText: 'Record of this run' }),
      })
    }),
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
  return serverAdapter.getRouter() as Express
}

/** Bull Board's page loads its fonts from Google; ours loads nothing from anywhere else. */
class LocalAdapter extends ExpressAdapter {
  override setEntryRoute(view: AppViewRoute): this {
    this.app[view.method](view.route, (_req, res, next) => {
      const { name, params } = view.handler({ basePath: this.basePath, uiConfig: this.uiConfig })
      res.render(name, params, (error: Error | null, html: string) => {
        if (error) next(error)
        else res.send(html.replace(/<link [^>]*fonts\.googleapis\.com[^>]*>/, ''))
      })
    })
    return this
  }
}
