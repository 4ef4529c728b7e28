import type { Frontier, OpenNode } from './frontier.ts'

/** The greatest gain first, wherever it is (Shi, 2007, Best-first decision tree learning), as LightGBM does; of equals the older. */
export function leafWise(): Frontier {
  const waiting: OpenNode[] = []
  return {
    clear: () => void waiting.splice(0),
    push: (open) => void waiting.push(open),
    pop() {
      let best = 0
      for (let i = 1; i < waiting.length; i++)
        if (waiting[i]!.split.gain > waiting[best]!.split.gain) best = i
      return waiting.splice(best, 1)[0]
    },
  }
}
