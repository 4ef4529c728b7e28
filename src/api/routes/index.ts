import type { Route } from '../define-route.ts'
import { alertBudgetRoutes } from './alert-budget.ts'
import { alertChannelRoutes } from './alert-channels.ts'
import { alertRoutes } from './alerts.ts'
import { anomalyRoutes } from './anomaly.ts'
import { driftRoute } from './drift.ts'
import { explanationRoutes } from './explanations.ts'
import { vectorRoute } from './features.ts'
import { incidentsRoute } from './incidents.ts'
import { jobEventsRoute } from './job-events.ts'
import { jobKindsRoute } from './job-kinds.ts'
import { jobRoutes } from './jobs.ts'
import { marketRoutes } from './market.ts'
import { performanceRoute } from './model-performance.ts'
import { modelRoutes } from './models.ts'
import { platformRoutes } from './platform.ts'
import { promotionRoutes } from './promotions.ts'
import { protocolRoutes } from './protocols.ts'
import { riskRoutes } from './risk.ts'
import { sourcesRoute } from './sources.ts'
import { sparklinesRoute } from './sparklines.ts'
import { trackRecordRoutes } from './track-record.ts'

/** Every route of the API; a path without parameters comes before one that would swallow it. */
export const routes: readonly Route[] = [
  ...anomalyRoutes,
  ...explanationRoutes,
  vectorRoute,
  ...riskRoutes,
  ...trackRecordRoutes,
  // Before /models/{id}.
  driftRoute,
  performanceRoute,
  ...promotionRoutes,
  ...modelRoutes,
  ...marketRoutes,
  ...protocolRoutes,
  incidentsRoute,
  sparklinesRoute,
  sourcesRoute,
  ...jobRoutes,
  jobEventsRoute,
  jobKindsRoute,
  ...alertRoutes,
  ...alertChannelRoutes,
  ...alertBudgetRoutes,
  ...platformRoutes,
]
