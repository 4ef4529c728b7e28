import { type Matrix, matrix } from '../../models/matrix.ts'
import { numericFeatureNames } from '../domain/feature-names.ts'
import { evidenceOf, movementKinds, type Movements } from '../features/movement-kinds.ts'
import type { FeatureVector } from '../features/series.ts'
import { decadesOf, type PastRanks } from './past-ranks.ts'
import { changeOf, scaledFeature, type TypicalRanges } from './typical-ranges.ts'

/** A way to look at a protocol: its 15 features as they are or against its own past, or its movements. */
type Facet = 'cross-section' | 'own-level' | 'own-change' | 'movement'

/** What the detectors read: one or more facets side by side. */
export const views = {
  'cross-section': ['cross-section'],
  'own-history': ['own-level', 'own-change'],
  movements: ['movement'],
  everything: ['cross-section', 'own-level', 'own-change'],
} as const satisfies Record<string, readonly Facet[]>
export type View = keyof typeof views

/** What is known of one protocol on one day. */
export interface Sight {
  readonly vector: FeatureVector
  /** The vector of the day before, where there is one. */
  readonly before: FeatureVector | undefined
  readonly movements: Movements | undefined
}

/** What sights are measured against. */
export interface Yardsticks {
  readonly ranges: TypicalRanges
  /** How rare the evidence of each kind of movement is. */
  readonly movementRanks: readonly PastRanks[]
}

/** One column of what detectors read: a numeric feature, or a kind of movement, by its index. */
export interface Column {
  readonly facet: Facet
  readonly index: number
}

const columnsOfFacet: Readonly<Record<Facet, readonly Column[]>> = {
  'cross-section': featureColumns('cross-section'),
  'own-level': featureColumns('own-level'),
  'own-change': featureColumns('own-change'),
  movement: movementKinds.map((_, index) => ({ facet: 'movement', index })),
}

function featureColumns(facet: Facet): Column[] {
  return numericFeatureNames.map((_, index) => ({ facet, index }))
}

/** The columns of `look`, in order. */
export function columnsOf(view: View): Column[] {
  return views[view].flatMap((facet) => columnsOfFacet[facet])
}

/** `sights × columns of the view`; NaN = unknown. */
export function look(view: View, sights: readonly Sight[], yardsticks: Yardsticks): Matrix {
  const columns = columnsOf(view)
  const x = matrix(sights.length, columns.length)
  let at = 0
  for (const sight of sights) for (const column of columns) x.data[at++] = lookAt(column, sight, yardsticks)
  return x
}

function lookAt(
  { facet, index }: Column,
  { vector, before, movements }: Sight,
  { ranges, movementRanks }: Yardsticks,
): number {
  switch (facet) {
    case 'cross-section':
      return scaledFeature(vector, index)
    case 'own-level':
      return ranges.deviation(vector.protocolId, 'level', index, scaledFeature(vector, index))
    case 'own-change':
      return ranges.deviation(vector.protocolId, 'change', index, changeOf(vector, before, index))
    case 'movement':
      return decadesOf(movementRanks[index]!, evidenceOf(movements, index))
  }
}
