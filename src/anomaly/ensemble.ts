import { createDetector, loadDetector } from '../../models/detectors/catalogue.ts'
import {
  detectorAlgorithms,
  type DetectorAlgorithm,
  type DetectorArtifact,
  type DetectorParams,
  type FittedDetector,
} from '../../models/detectors/detector.ts'
import type { Matrix } from '../../models/matrix.ts'
import { agreementOf } from './agreement.ts'
import { fitPastRanks, type PastRanks, rarityOf } from './past-ranks.ts'

/** A judge is one of the five detectors or their consensus. */
export const judges = [...detectorAlgorithms, 'consensus'] as const
export type Judge = (typeof judges)[number]

/**
 * Rarities: the probability that an ordinary past row scores as high, in (0, 1]; the lower, the more abnormal. One
 * number per row for each judge.
 */
export type Rarities = Readonly<Record<Judge, Float64Array>>

export type DetectorScores = Readonly<Record<DetectorAlgorithm, Float64Array>>

export interface EnsembleExplanation {
  readonly rarities: Rarities
  /** `rows × columns` of each detector, as its `contributions`. */
  readonly contributions: Readonly<Record<DetectorAlgorithm, Matrix>>
}

/** The five detectors, each ranked against its own past. */
export interface Ensemble {
  /** Raw scores of each detector. */
  scores(x: Matrix): DetectorScores
  rank(scores: DetectorScores): Rarities
  explain(x: Matrix): EnsembleExplanation
  toJSON(): EnsembleArtifact
}

export interface FittedEnsemble {
  readonly ensemble: Ensemble
  /** Raw scores of the past rows. */
  readonly pastScores: DetectorScores
}

export interface EnsembleArtifact {
  readonly detectors: Readonly<Record<DetectorAlgorithm, DetectorArtifact>>
  readonly ranks: Readonly<Record<Judge, PastRanks>>
}

export interface EnsembleOptions {
  readonly seed: number
  readonly params?: Readonly<Partial<Record<DetectorAlgorithm, DetectorParams>>>
  readonly onProgress?: (fraction: number) => void
}

/**
 * @param training rows that the detectors learn
 * @param past later rows, all of them before anything that will be scored: what scores are ranked against
 */
export function fitEnsemble(training: Matrix, past: Matrix, options: EnsembleOptions): FittedEnsemble {
  const detectors = forEachDetector((algorithm, d) => {
    const fitted = createDetector(algorithm, options.params?.[algorithm] ?? defaultParams[algorithm]).fit(
      training,
      { seed: options.seed },
    )
    options.onProgress?.((d + 1) / detectorAlgorithms.length)
    return fitted
  })
  const pastScores = forEachDetector((algorithm) => detectors[algorithm].decisionFunction(past))
  const ranks = forEachDetector((algorithm) => fitPastRanks(pastScores[algorithm]))
  const agreement = agreementOf(rarities(ranks, pastScores))
  const ensemble = ensembleOf(detectors, { ...ranks, consensus: fitPastRanks(agreement) })
  return { ensemble, pastScores }
}

export function loadEnsemble({ detectors, ranks }: EnsembleArtifact): Ensemble {
  return ensembleOf(
    forEachDetector((algorithm) => loadDetector(detectors[algorithm])),
    ranks,
  )
}

/**
 * Money has heavy tails in every feature: squashed, one huge value does not hide the other fourteen. Wide neighbourhoods
 * and a narrow, briefly trained bottleneck: what is rare must not be learnt. Chosen on simulated markets 1 and 2.
 */
const defaultParams: Readonly<Record<DetectorAlgorithm, DetectorParams>> = {
  autoencoder: { scaling: 'squashed', hidden: '8-3-8', epochs: 20 },
  dbscan: { scaling: 'squashed', minPoints: 20 },
  'isolation-forest': {},
  lof: { scaling: 'squashed', neighbours: 100 },
  'one-class-svm': { scaling: 'squashed' },
}

function ensembleOf(
  detectors: Readonly<Record<DetectorAlgorithm, FittedDetector>>,
  ranks: Readonly<Record<Judge, PastRanks>>,
): Ensemble {
  const rank = (scores: DetectorScores): Rarities => {
    const ofDetectors = rarities(ranks, scores)
    const consensus = agreementOf(ofDetectors).map((agreement) => rarityOf(ranks.consensus, agreement))
    return { ...ofDetectors, consensus }
  }
  return {
    scores: (x) => forEachDetector((algorithm) => detectors[algorithm].decisionFunction(x)),
    rank,
    explain(x) {
      const explained = forEachDetector((algorithm) => detectors[algorithm].explain(x))
      return {
        rarities: rank(forEachDetector((algorithm) => explained[algorithm].scores)),
        contributions: forEachDetector((algorithm) => explained[algorithm].contributions),
      }
    },
    toJSON: () => ({ detectors: forEachDetector((algorithm) => detectors[algorithm].toJSON()), ranks }),
  }
}

function rarities(
  ranks: Readonly<Record<DetectorAlgorithm, PastRanks>>,
  scores: DetectorScores,
): Record<DetectorAlgorithm, Float64Array> {
  return forEachDetector((algorithm) => scores[algorithm].map((score) => rarityOf(ranks[algorithm], score)))
}

function forEachDetector<T>(
  make: (algorithm: DetectorAlgorithm, index: number) => T,
): Record<DetectorAlgorithm, T> {
  return Object.fromEntries(
    detectorAlgorithms.map((algorithm, index) => [algorithm, make(algorithm, index)]),
  ) as Record<DetectorAlgorithm, T>
}
