import type { Registry } from 'prom-client'
import type { Config } from '../config.ts'
import type { Db } from '../db/connection.ts'
import { createFleetView, type FleetView } from './fleet-view.ts'
import { alertDeliveries, driftOfNewestScan, modelAges, pipelineAges } from './product-readings.ts'
import {
  oldestWaiting,
  outboxLag,
  queueCounts,
  type Queues,
  runEndings,
  scheduleLag,
} from './queue-readings.ts'
import { type MeasuredSource, sourceStates, sourceYield } from './source-readings.ts'

export interface FleetParts {
  readonly db: Db
  readonly queues: Queues
  readonly sources: Config['sources']
  /** Undefined while Redis is away. */
  readonly readSourceStates: () => Promise<readonly MeasuredSource[] | undefined>
}

/** What no process knows by itself: queues, outbox, schedules, sources and models, as they are for all of them. */
export function createFleet(
  registry: Registry,
  { db, queues, sources, readSourceStates }: FleetParts,
): FleetView {
  return createFleetView(registry, [
    alertDeliveries(registry, db),
    driftOfNewestScan(registry, db),
    modelAges(registry, db),
    oldestWaiting(registry, queues, db),
    outboxLag(registry, db),
    pipelineAges(registry, db),
    queueCounts(registry, queues),
    runEndings(registry, db),
    scheduleLag(registry, queues),
    sourceStates(registry, sources, readSourceStates),
    sourceYield(registry, db),
  ])
}
