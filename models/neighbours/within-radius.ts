import { type KdTree, squaredDistanceToBox } from './kd-tree.ts'

/** How many points of the tree lie within the radius of the point at `offset`; stops counting at `enough`. */
export function countWithin(
  tree: KdTree,
  queries: Float64Array,
  offset: number,
  squaredRadius: number,
  enough: number,
): number {
  let count = 0
  const visit = (node: number): void => {
    if (squaredDistanceToBox(tree, node, queries, offset) > squaredRadius) return
    if (node < tree.firstLeaf) {
      // The side of the query first: that is where `enough` is soonest reached.
      const left = 2 * node + 1
      const toLeft = squaredDistanceToBox(tree, left, queries, offset)
      const near = toLeft <= squaredDistanceToBox(tree, left + 1, queries, offset) ? left : left + 1
      visit(near)
      if (count < enough) visit(near === left ? left + 1 : left)
      return
    }
    for (let place = tree.start[node]!; place < tree.end[node]! && count < enough; place++)
      if (squaredDistance(tree, place, queries, offset) <= squaredRadius) count++
  }
  visit(0)
  return count
}

/** Points of a tree that are taken out once found, so that no search pays for them again. */
export interface PointPool {
  /** Takes every point left within the radius of the point at `offset`. */
  takeWithin(
    queries: Float64Array,
    offset: number,
    squaredRadius: number,
    taken: (place: number) => void,
  ): void
}

export function createPointPool(tree: KdTree): PointPool {
  const left = new Int32Array(tree.start.length)
  for (let node = 0; node < left.length; node++) left[node] = tree.end[node]! - tree.start[node]!
  const gone = new Uint8Array(tree.size)
  return {
    takeWithin(queries, offset, squaredRadius, taken) {
      /** Returns how many were taken below `node`. */
      const visit = (node: number): number => {
        if (left[node] === 0 || squaredDistanceToBox(tree, node, queries, offset) > squaredRadius) return 0
        let count = 0
        if (node < tree.firstLeaf) count = visit(2 * node + 1) + visit(2 * node + 2)
        else
          for (let place = tree.start[node]!; place < tree.end[node]!; place++)
            if (gone[place] === 0 && squaredDistance(tree, place, queries, offset) <= squaredRadius) {
              gone[place] = 1
              count++
              taken(place)
            }
        left[node]! -= count
        return count
      }
      visit(0)
    },
  }
}

/** Calls `found` with every point within the radius of the point at `offset`. */
export function forEachWithin(
  tree: KdTree,
  queries: Float64Array,
  offset: number,
  squaredRadius: number,
  found: (place: number) => void,
): void {
  const visit = (node: number): void => {
    if (squaredDistanceToBox(tree, node, queries, offset) > squaredRadius) return
    if (node < tree.firstLeaf) {
      visit(2 * node + 1)
      visit(2 * node + 2)
      return
    }
    for (let place = tree.start[node]!; place < tree.end[node]!; place++)
      if (squaredDistance(tree, place, queries, offset) <= squaredRadius) found(place)
  }
  visit(0)
}

function squaredDistance(
  { columns, points }: KdTree,
  place: number,
  queries: Float64Array,
  offset: number,
): number {
  let sum = 0
  for (let k = 0, at = place * columns; k < columns; k++, at++) {
    const gap = queries[offset + k]! - points[at]!
    sum += gap * gap
  }
  return sum
}
