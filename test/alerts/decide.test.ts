import { describe, expect, it } from 'vitest'
import { type AlertSignal, decideAlerts, type OpenAlert, reaches } from '../../src/alerts/decide.ts'

const threshold = 0.9
const signal = (over: Partial<AlertSignal> = {}): AlertSignal => ({
  protocolId: 'a',
  score: 0.95,
  level: 'medium',
  isEvent: true,
  ...over,
})
const open = (over: Partial<OpenAlert> = {}): OpenAlert => ({
  id: '1',
  protocolId: 'a',
  level: 'medium',
  peakScore: 0.95,
  ...over,
})

describe('decideAlerts', () => {
  it('raises an alert for an event at the threshold, and not below it', () => {
    expect(decideAlerts([signal({ score: threshold })], [], threshold).raise).toHaveLength(1)
    expect(decideAlerts([signal({ score: threshold - 1e-9 })], [], threshold).raise).toEqual([])
  })

  it('raises none for a glitch or for what waits to be confirmed', () => {
    expect(decideAlerts([signal({ isEvent: false })], [], threshold).raise).toEqual([])
  })

  it('raises once', () => {
    const { raise, keep } = decideAlerts([signal()], [open()], threshold)
    expect(raise).toEqual([])
    expect(keep).toEqual([{ alert: open(), signal: signal() }])
  })

  it('raises again only when the level goes up', () => {
    expect(decideAlerts([signal({ level: 'high' })], [open()], threshold).worsen).toHaveLength(1)
    expect(decideAlerts([signal({ level: 'low', score: 0.99 })], [open()], threshold).worsen).toEqual([])
  })

  it('clears only well below the threshold', () => {
    expect(decideAlerts([signal({ score: 0.86 })], [open()], threshold).clear).toEqual([])
    expect(decideAlerts([signal({ score: 0.84 })], [open()], threshold).clear).toEqual([open()])
  })

  it('leaves the alert of a protocol alone that the scan does not speak of', () => {
    const { clear, keep, worsen } = decideAlerts([], [open()], threshold)
    expect([...clear, ...keep, ...worsen]).toEqual([])
  })
})

describe('reaches', () => {
  it('lets a channel hear its level and louder ones', () => {
    expect(reaches('high', 'medium')).toBe(true)
    expect(reaches('medium', 'medium')).toBe(true)
    expect(reaches('low', 'medium')).toBe(false)
  })
})
