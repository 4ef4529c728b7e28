import { describe, expect, it } from 'vitest'
import { nextSteps, type PipelineState } from '../../workers/pipeline.ts'

const empty: PipelineState = {
  protocols: 0,
  backfilled: 0,
  openBackfills: 0,
  backfillingForSeconds: 0,
  hasVectors: false,
  hasRiskModel: false,
  hasAnomalyModel: false,
  openJobs: new Set(),
}

describe('nextSteps', () => {
  it('begins with the catalogue', () => {
    expect(nextSteps(empty)).toEqual(['refresh-catalogue'])
  })

  it('does not ask twice for what is under way', () => {
    expect(nextSteps({ ...empty, openJobs: new Set(['refresh-catalogue']) })).toEqual([])
  })

  it('waits for the histories before it builds features', () => {
    const collecting = { ...empty, protocols: 60, backfilled: 59, openBackfills: 1, backfillingForSeconds: 5 }
    expect(nextSteps(collecting)).toEqual([])
    expect(nextSteps({ ...collecting, backfilled: 60, openBackfills: 0 })).toEqual(['build-features'])
  })

  it('takes a first look at 50 protocols when the rest takes long', () => {
    const slow = {
      ...empty,
      protocols: 6500,
      backfilled: 50,
      openBackfills: 6450,
      backfillingForSeconds: 600,
    }
    expect(nextSteps(slow)).toEqual(['build-features'])
    expect(nextSteps({ ...slow, backfilled: 49 })).toEqual([])
  })

  it('builds nothing when no history could be collected', () => {
    expect(nextSteps({ ...empty, protocols: 3 })).toEqual([])
  })

  it('trains what is missing once there are vectors', () => {
    const built = { ...empty, protocols: 60, backfilled: 60, hasVectors: true }
    expect(nextSteps(built)).toEqual(['train-anomaly', 'train-risk'])
    expect(nextSteps({ ...built, hasAnomalyModel: true })).toEqual(['train-risk'])
    expect(nextSteps({ ...built, openJobs: new Set(['train-models']) })).toEqual([])
    expect(nextSteps({ ...built, hasAnomalyModel: true, hasRiskModel: true })).toEqual([])
  })
})
