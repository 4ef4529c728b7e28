import { type Matrix, matrix } from '../../models/matrix.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'
import type { FeatureVector } from '../features/series.ts'
import { changeOf, scaledFeature, type TypicalRanges } from './typical-ranges.ts'

const features = numericFeatureNames.length

/** A way to look at the 15 features: as they are, or against the protocol's own past. */
export const facets = ['cross-section', 'own-level', 'own-change'] as const
export type Facet = (typeof facets)[number]

/** What the detectors read: one or more facets side by side. */
export const views = {
  'cross-section': ['cross-section'],
  'own-history': ['own-level', 'own-change'],
  everything: ['cross-section', 'own-level', 'own-change'],
} as const satisfies Record<string, readonly Facet[]>
export type View = keyof typeof views

/** A vector and the one of the day before, where there is one. */
export interface Sight {
  readonly vector: FeatureVector
  readonly before: FeatureVector | undefined
}

/** `sights × (15 × facets)`: column c shows feature c mod 15. */
export function look(view: View, sights: readonly Sight[], ranges: TypicalRanges): Matrix {
  const seen: readonly Facet[] = views[view]
  const x = matrix(sights.length, seen.length * features)
  let at = 0
  for (const sight of sights)
    for (const facet of seen)
      for (let k = 0; k < features; k++, at++) x.data[at] = lookAt(facet, sight, k, ranges)
  return x
}

function lookAt(facet: Facet, { vector, before }: Sight, feature: number, ranges: TypicalRanges): number {
  const value = scaledFeature(vector, feature)
  if (facet === 'cross-section') return value
  return facet === 'own-level'
    ? ranges.deviation(vector.protocolId, 'level', feature, value)
    : ranges.deviation(vector.protocolId, 'change', feature, changeOf(vector, before, feature))
}

/** Which of the 15 features a column of `look` shows. */
export function featureOfColumn(column: number): number {
  return column % features
}
