import type { GradientSplit } from '../gradient-search.ts'
import type { Histogram } from '../histogram.ts'

/** A leaf that could be split, with the best split found for it. */
export interface OpenNode {
  readonly node: number
  /** Packed sum over the node's rows. */
  readonly sum: number
  readonly split: GradientSplit
  /** null for nodes of few rows. */
  readonly histogram: Histogram | null
}

/** Which open node is split next: all that tells a depth-wise from a leaf-wise tree. */
export interface Frontier {
  clear(): void
  push(open: OpenNode): void
  pop(): OpenNode | undefined
}
