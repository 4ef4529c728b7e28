import type { Route } from '../define-route.ts'
import { alertBudgetRoutes } from './alert-budget.ts'
import { alertChannelRoutes } from './alert-channels.ts'
import { alertRoutes } from './alerts.ts'
import { anomalyRoutes } from './anomaly.ts'
import { featureRoutes } from './features.ts'
import { jobEventsRoute } from './job-events.ts'
import { jobKindsRoute } from './job-kinds.ts'
import { jobRoutes } from './jobs.ts'
import { marketRoutes } from './market.ts'
import { driftRoute } from './drift.ts'
import { modelRoutes } from './models.ts'
import { platformRoutes } from './platform.ts'
import { riskRoutes } from './risk.ts'
import { sourcesRoute } from './sources.ts'

/** Every route of the API; a path without parameters comes before one that would swallow it. */
export const routes: readonly Route[] = [
  ...anomalyRoutes,
  ...featureRoutes,
  ...riskRoutes,
  // Before /models/{id}.
  driftRoute,
  ...modelRoutes,
  ...marketRoutes,
  sourcesRoute,
  ...jobRoutes,
  jobEventsRoute,
  jobKindsRoute,
  ...alertRoutes,
  ...alertChannelRoutes,
  ...alertBudgetRoutes,
  ...platformRoutes,
]
