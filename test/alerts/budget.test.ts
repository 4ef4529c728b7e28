import { describe, expect, it } from 'vitest'
import { expectedPrecision, type PastEvent, planBudget } from '../../src/alerts/budget.ts'

const event = (protocolId: string, day: number, score: number, confidence = 0.8): PastEvent => ({
  protocolId,
  day,
  score,
  confidence,
})
const past = [
  event('a', 1, 0.91),
  event('b', 3, 0.95, 0.6),
  event('c', 9, 0.97, 0.9),
  event('d', 12, 0.99, 0.5),
]

describe('planBudget', () => {
  it('keeps the floor where the past kept to the budget by itself', () => {
    expect(planBudget(past, { alertsPerWeek: 2, weeks: 2, floor: 0.9 })).toEqual({
      threshold: 0.9,
      alertsPerWeek: 2,
      expectedPrecision: expect.closeTo(0.7, 12) as number,
    })
  })

  it('rises to the lowest threshold that would have kept to it', () => {
    expect(planBudget(past, { alertsPerWeek: 1, weeks: 2, floor: 0.9 })).toMatchObject({
      threshold: 0.97,
      alertsPerWeek: 1,
    })
  })

  it('counts a protocol once until it has been quiet', () => {
    const lasting = [event('a', 1, 0.95), event('a', 2, 0.95), event('a', 4, 0.95), event('a', 20, 0.95)]
    expect(planBudget(lasting, { alertsPerWeek: 1, weeks: 2, floor: 0.9 })).toMatchObject({
      threshold: 0.9,
      alertsPerWeek: 1,
    })
  })

  it('stays silent when even the highest score came too often', () => {
    const many = Array.from({ length: 50 }, (_, i) => event(`p${i}`, 1, 1))
    const plan = planBudget(many, { alertsPerWeek: 1, weeks: 1, floor: 0.9 })
    expect(plan).toMatchObject({ alertsPerWeek: 0, expectedPrecision: null })
  })

  it('has nothing to expect without a past', () => {
    expect(planBudget([], { alertsPerWeek: 1, weeks: 1, floor: 0.9 })).toEqual({
      threshold: 0.9,
      alertsPerWeek: 0,
      expectedPrecision: null,
    })
  })
})

describe('expectedPrecision', () => {
  const plan = { threshold: 0.9, alertsPerWeek: 1, expectedPrecision: 0.7 }

  it('comes from injected anomalies until ten answers are there', () => {
    expect(expectedPrecision(plan, { trueAlarms: 1, falseAlarms: 8 })).toEqual({
      value: 0.7,
      from: 'injected_anomalies',
    })
    expect(expectedPrecision(plan, { trueAlarms: 2, falseAlarms: 8 })).toEqual({
      value: 0.2,
      from: 'feedback',
    })
  })
})
