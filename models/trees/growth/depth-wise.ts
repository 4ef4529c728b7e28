import type { Frontier, OpenNode } from './frontier.ts'

/** First come, first split: level after level, as XGBoost's `grow_policy=depthwise`. */
export function depthWise(): Frontier {
  let waiting: OpenNode[] = []
  let next = 0
  return {
    clear() {
      waiting = []
      next = 0
    },
    push: (open) => void waiting.push(open),
    pop: () => waiting[next++],
  }
}
