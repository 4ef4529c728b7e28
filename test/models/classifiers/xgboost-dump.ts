import { EnsembleBuilder } from '../../../models/trees/ensemble-builder.ts'
import { TreeDraft } from '../../../models/trees/tree-draft.ts'
import type { TreeEnsemble } from '../../../models/trees/tree-ensemble.ts'

/** One node of `Booster.get_dump(dump_format='json', with_stats=True)`. */
export interface DumpedNode {
  readonly nodeid: number
  readonly cover: number
  readonly leaf?: number
  readonly split?: string
  readonly split_condition?: number
  readonly gain?: number
  readonly yes?: number
  readonly missing?: number
  readonly children?: readonly [DumpedNode, DumpedNode]
}

/** xgboost's trees in our structure; its columns are named f0, f1, … */
export function importDump(trees: readonly DumpedNode[]): TreeEnsemble {
  const builder = new EnsembleBuilder(1)
  for (const root of trees) builder.append(draftOf(root))
  return builder.build()
}

function draftOf(root: DumpedNode): TreeDraft {
  const draft = new TreeDraft(1)
  draft.addNode(0, 0, 0)
  const waiting: { node: number; from: DumpedNode }[] = [{ node: 0, from: root }]
  for (const { node, from } of waiting) {
    draft.cover[node] = from.cover
    const { children } = from
    if (!children) {
      draft.value[node] = from.leaf!
      continue
    }
    const feature = Number(from.split!.slice(1))
    // xgboost compares in single precision, and the dump prints the shortest text of that.
    draft.split(node, feature, Math.fround(from.split_condition!), from.missing === from.yes, from.gain!)
    const [first, second] = children[0].nodeid === from.yes ? children : [children[1], children[0]]
    waiting.push({ node: draft.addNode(0, 0, 0), from: first })
    waiting.push({ node: draft.addNode(0, 0, 0), from: second })
  }
  return draft
}
