import { describe, expect, it } from 'vitest'
import { type PastEvent, planAlerts, planBudget } from '../../src/alerts/budget.ts'
import { expectedPrecision } from '../../src/alerts/expected-precision.ts'

const event = (protocolId: string, day: number, score: number): PastEvent => ({ protocolId, day, score })
const past = [event('a', 1, 0.91), event('b', 3, 0.95), event('c', 9, 0.97), event('d', 12, 0.99)]

describe('planBudget', () => {
  it('keeps the floor where the past kept to the budget by itself', () => {
    expect(planBudget(past, { alertsPerWeek: 2, weeks: 2, floor: 0.9 })).toEqual({
      threshold: 0.9,
      alertsPerWeek: 2,
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
    expect(plan).toMatchObject({ alertsPerWeek: 0 })
  })

  it('has nothing to expect without a past', () => {
    expect(planBudget([], { alertsPerWeek: 1, weeks: 1, floor: 0.9 })).toEqual({
      threshold: 0.9,
      alertsPerWeek: 0,
    })
  })
})

describe('planAlerts', () => {
  it('goes by the ranks until four weeks of scans are there to judge by', () => {
    const options = { alertsPerWeek: 7, floor: 0.9, protocols: 100 }
    expect(planAlerts([], { ...options, weeks: 1 }).threshold).toBeCloseTo(0.99, 12)
    expect(planAlerts([], { ...options, weeks: 4 }).threshold).toBe(0.9)
    expect(planAlerts([], { ...options, protocols: 1, weeks: 1 }).threshold).toBe(0.9)
  })

  it('plans for a large market in the time of a request', () => {
    const many = Array.from({ length: 20_000 }, (_, i) =>
      event(`p${i % 6500}`, i % 28, 0.9 + (i % 9973) / 1e5),
    )
    const started = performance.now()
    const { alertsPerWeek } = planAlerts(many, { alertsPerWeek: 5, weeks: 4, floor: 0.9, protocols: 6500 })
    expect(alertsPerWeek).toBeLessThanOrEqual(5)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('expectedPrecision', () => {
  const caught = [
    { score: 0.9, caught: 0.8 },
    { score: 0.999, caught: 0.5 },
  ]
  const none = { trueAlarms: 0, falseAlarms: 0 }

  it('follows from what is caught of the injected anomalies, by Bayes', () => {
    // 1 % of the days are abnormal: 0.01 × 0.5 are caught against 0.99 × 0.001 false alarms.
    const expected = 0.005 / (0.005 + 0.99 * 0.001)
    expect(expectedPrecision(0.999, caught, none)).toEqual({
      value: expect.closeTo(expected, 12) as number,
      fromInjected: expect.closeTo(expected, 12) as number,
    })
    expect(expectedPrecision(0.9, caught, none)!.value).toBeLessThan(expected)
  })

  it('moves with every answer, and injected anomalies count as ten', () => {
    const { fromInjected } = expectedPrecision(0.999, caught, none)!
    const answered = expectedPrecision(0.999, caught, { trueAlarms: 2, falseAlarms: 8 })!
    expect(answered.value).toBeCloseTo((10 * fromInjected! + 2) / 20, 12)
    expect(answered.fromInjected).toBe(fromInjected)
  })

  it('rests on the answers alone where the model does not tell, and on nothing without them', () => {
    expect(expectedPrecision(0.99, [], { trueAlarms: 1, falseAlarms: 3 })).toEqual({
      value: 0.25,
      fromInjected: null,
    })
    expect(expectedPrecision(0.99, [], none)).toBeNull()
  })
})
