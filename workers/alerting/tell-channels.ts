import { reaches } from '../../src/alerts/decide.ts'
import { addDeliveries, listEnabledChannels } from '../../src/db/alerts.ts'
import type { Tx } from '../../src/db/connection.ts'
import type { AlertLevel } from '../../src/anomaly/alert-level.ts'
import { submitJobs } from '../../src/jobs/submit.ts'

/** What happened to an alert that somebody may want to hear of. */
export interface AlertNews {
  readonly alertId: string
  readonly level: AlertLevel
  readonly event: string
}

/** Queues one delivery for each piece of news and enabled channel that listens from its level on. */
export async function tellChannels(tx: Tx, news: readonly AlertNews[]): Promise<void> {
  const channels = await listEnabledChannels(tx)
  const deliveries = await addDeliveries(
    tx,
    news.flatMap(({ alertId, level, event }) =>
      channels
        .filter(({ minLevel }) => reaches(level, minLevel))
        .map(({ id: channelId }) => ({ alertId, channelId, event })),
    ),
  )
  if (deliveries.length > 0)
    await submitJobs(
      tx,
      'deliver-alert',
      deliveries.map((delivery_id) => ({ delivery_id })),
      { origin: 'job' },
    )
}
