import { z } from 'zod'
import type { ScanDrift } from '../db/schema.ts'
import { modelKind } from './schemas.ts'

export const driftSchema = z
  .object({
    model: modelKind.meta({ description: 'Whose training window it is compared with' }),
    feature: z.string().meta({ description: 'A numeric feature, or `anomaly_score`' }),
    psi: z.number().meta({ description: 'Population stability index, 0 where nothing has changed' }),
    limit: z.number().meta({ description: 'From here on it has drifted' }),
    has_drifted: z.boolean(),
  })
  .meta({ id: 'Drift' })

export const toDriftAnswer = (drift: ScanDrift[number]): z.input<typeof driftSchema> => ({
  ...drift,
  has_drifted: drift.psi > drift.limit,
})
