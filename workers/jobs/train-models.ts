import type { Handler } from '../handler.ts'
import { trainAnomaly } from '../training/train-anomaly.ts'
import { trainRisk } from '../training/train-risk.ts'

export const trainModels: Handler<'train-models'> = (payload, context) =>
  payload.family === 'risk' ? trainRisk(payload, context) : trainAnomaly(payload, context)
