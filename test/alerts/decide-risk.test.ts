import { describe, expect, it } from 'vitest'
import { decideRiskAlerts, type RiskSignal } from '../../src/alerts/decide-risk.ts'

const signal = (
  protocolId: string,
  previousLevel: RiskSignal['previousLevel'],
  level: RiskSignal['level'],
  score = 0.5,
): RiskSignal => ({ protocolId, previousLevel, level, score, isEvent: true })
const open = { id: 'alert-a', protocolId: 'a', level: 'high', peakScore: 0.6 } as const
const raisedOf = (signals: readonly RiskSignal[], room = 5): string[] =>
  decideRiskAlerts(signals, [], room).raise.map(({ protocolId }) => protocolId)

describe('risk alerts', () => {
  it('are raised by a level that rises to high, and by nothing else', () => {
    expect(
      raisedOf([
        signal('rises', 'medium', 'high'),
        signal('leaps', 'low', 'high'),
        signal('stays', 'high', 'high'),
        signal('falls', 'high', 'low'),
        signal('medium', 'low', 'medium'),
        signal('new', null, 'high'),
      ]),
    ).toEqual(['rises', 'leaps'])
  })

  it('go to the most probable first while the budget has room', () => {
    const signals = [
      signal('a', 'low', 'high', 0.4),
      signal('b', 'low', 'high', 0.7),
      signal('c', 'low', 'high'),
    ]
    expect(raisedOf(signals, 2)).toEqual(['b', 'c'])
    expect(raisedOf(signals, 0)).toEqual([])
    expect(raisedOf(signals, -3)).toEqual([])
  })

  it('stand until the probability has fallen well below its peak', () => {
    const decide = (level: RiskSignal['level'], score: number) =>
      decideRiskAlerts([signal('a', 'high', level, score)], [open], 5)
    expect(decide('medium', 0.5)).toMatchObject({ keep: [{ alert: open }], clear: [] })
    expect(decide('high', 0.4)).toMatchObject({ keep: [{ alert: open }], clear: [] })
    expect(decide('medium', 0.4)).toMatchObject({ keep: [], clear: [open] })
  })
})
