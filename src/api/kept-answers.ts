import { type PackedJson, packJson } from './packed-json.ts'

/**
 * Answers made of results, which change a few times an hour and are asked for all the time: each is made once, and kept until
 * something that it may be made of changes.
 */
export interface KeptAnswers {
  find(question: string): PackedJson | undefined
  /** Makes an answer, once for all who ask at the same time. @param make what it throws is not kept */
  make(question: string, make: () => Promise<unknown>): Promise<PackedJson>
  /** Nothing that was read until now counts any more. */
  forget(): void
}

export interface KeptAnswersOptions {
  readonly maxBytes: number
  /** Whether `forget` is called as soon as something changes. */
  readonly hearsOfChanges: () => boolean
}

interface Kept {
  readonly packed: PackedJson
  readonly madeAt: number
}

/** How long an answer is kept where changes are not heard of. */
const deafMaxAgeMs = 1_000

export function createKeptAnswers({ maxBytes, hearsOfChanges }: KeptAnswersOptions): KeptAnswers {
  let kept = new Map<string, Kept>()
  let inTheMaking = new Map<string, Promise<PackedJson>>()
  let bytes = 0

  const drop = (question: string, { packed }: Kept): void => {
    kept.delete(question)
    bytes -= bytesOf(packed)
  }
  const keep = (question: string, packed: PackedJson): void => {
    kept.set(question, { packed, madeAt: performance.now() })
    bytes += bytesOf(packed)
    // The first of a Map is the one that was asked for longest ago.
    for (const [oldest, answer] of kept) {
      if (bytes <= maxBytes) return
      drop(oldest, answer)
    }
  }

  return {
    find(question) {
      const known = kept.get(question)
      if (known === undefined) return undefined
      if (!hearsOfChanges() && performance.now() - known.madeAt > deafMaxAgeMs) {
        drop(question, known)
        return undefined
      }
      kept.delete(question)
      kept.set(question, known)
      return known.packed
    },

    make(question, make) {
      const pending = inTheMaking.get(question)
      if (pending !== undefined) return pending
      const makers = inTheMaking
      const making = make()
        .then(packJson)
        .then((packed) => {
          // What was read before the last change may be old.
          if (makers === inTheMaking) keep(question, packed)
          return packed
        })
        .finally(() => makers.delete(question))
      makers.set(question, making)
      return making
    },

    forget() {
      kept = new Map()
      inTheMaking = new Map()
      bytes = 0
    },
  }
}

const bytesOf = ({ bytes, gzipped }: PackedJson): number => bytes + (gzipped?.length ?? 0)
