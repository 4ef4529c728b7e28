import type { Handlers } from './handler.ts'
import { backfillPrices } from './jobs/backfill-prices.ts'
import { backfillProtocol } from './jobs/backfill-protocol.ts'
import { buildFeatures } from './jobs/build-features.ts'
import { closeHorizons } from './jobs/close-horizons.ts'
import { collectIncidents } from './jobs/collect-incidents.ts'
import { collectSnapshot } from './jobs/collect-snapshot.ts'
import { deliverAlert } from './jobs/deliver-alert.ts'
import { evaluateCandidate } from './jobs/evaluate-candidate.ts'
import { prune } from './jobs/prune.ts'
import { refreshCatalogue } from './jobs/refresh-catalogue.ts'
import { scanProtocols } from './jobs/scan-protocols.ts'
import { scoreProtocols } from './jobs/score-protocols.ts'
import { trainModels } from './jobs/train-models.ts'

/** Every job and how it is done; a job without a handler does not compile. */
export const handlers: Handlers = {
  'backfill-prices': backfillPrices,
  'backfill-protocol': backfillProtocol,
  'build-features': buildFeatures,
  'close-horizons': closeHorizons,
  'collect-incidents': collectIncidents,
  'collect-snapshot': collectSnapshot,
  'deliver-alert': deliverAlert,
  'evaluate-candidate': evaluateCandidate,
  prune,
  'refresh-catalogue': refreshCatalogue,
  'scan-protocols': scanProtocols,
  'score-protocols': scoreProtocols,
  'train-models': trainModels,
}
