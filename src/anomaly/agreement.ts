import { detectorAlgorithms, type DetectorAlgorithm } from '../../models/detectors/detector.ts'

/**
 * How strongly the five detectors agree that a row is abnormal: the mean of −log₁₀ of its rarities, in decades (up to a
 * factor Fisher's statistic for combining p-values). The rank mean on a logarithmic scale: plain ranks of the rarest rows
 * are all nearly 1, and one detector that does not see an anomaly would outvote four that do.
 */
export function agreementOf(rarities: Readonly<Record<DetectorAlgorithm, Float64Array>>): Float64Array {
  const agreement = new Float64Array(rarities[detectorAlgorithms[0]].length)
  for (const algorithm of detectorAlgorithms)
    rarities[algorithm].forEach(
      (rarity, i) => (agreement[i]! -= Math.log10(rarity) / detectorAlgorithms.length),
    )
  return agreement
}
