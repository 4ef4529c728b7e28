import type { SourceName } from '../../domain/market.ts'
import { lanes } from './admission.ts'

export interface AdmissionKeys {
  /** Sorted set: one member per admitted call, scored with Redis's clock in ms. */
  readonly log: string
  /** Hash: pause, circuit and the last outcomes. */
  readonly state: string
  /** Sorted sets, one per lane: who waits, scored with the time at which the place is forfeited. */
  readonly waiting: readonly string[]
}

/** All keys of one source. @param prefix with a hash tag, such as `{tidegauge}`, so that they share one cluster slot */
export function admissionKeys(prefix: string, source: SourceName): AdmissionKeys {
  const base = `${prefix}:admission:${source}`
  return {
    log: `${base}:log`,
    state: `${base}:state`,
    waiting: lanes.map((lane) => `${base}:waiting:${lane}`),
  }
}
