export const alertLevels = ['low', 'medium', 'high'] as const
export type AlertLevel = (typeof alertLevels)[number]

/** A score is `medium` when it is 5 times rarer than the threshold asks for, `high` when 50 times. */
const mediumRarity = 5
const highRarity = 50

/** @param anomalyScore in [0, 1] @param threshold in [0, 1]: what is below is `low` */
export function alertLevelOf(anomalyScore: number, threshold: number): AlertLevel {
  const rarer = (1 - threshold) / (1 - anomalyScore)
  if (rarer >= highRarity) return 'high'
  return rarer >= mediumRarity ? 'medium' : 'low'
}
