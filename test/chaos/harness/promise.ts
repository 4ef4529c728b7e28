import { it } from 'vitest'
import { scale } from './size.ts'

/** What is shown of a promise beside its verdict. */
export interface PromiseRecord {
  readonly id: string
  readonly injected: string
  readonly expected: string
  readonly scale: number
  readonly seen: Record<string, number | string>
}

declare module 'vitest' {
  interface TaskMeta {
    promise?: PromiseRecord
  }
}

export interface PromiseStatement {
  readonly injected: string
  readonly expected: string
  readonly timeoutMs?: number
}

/** Tells the report what was seen; figures may come in several parts. */
export type Tell = (figures: Record<string, number | string>) => void

/** A promise as a test: what is told of it is shown in the table, also when it fails. */
export function promise(
  id: string,
  { injected, expected, timeoutMs = 60_000 }: PromiseStatement,
  body: (tell: Tell) => Promise<void>,
): void {
  it(`${id}: ${injected}: ${expected}`, { timeout: timeoutMs }, async ({ task }) => {
    const seen: PromiseRecord['seen'] = {}
    task.meta.promise = { id, injected, expected, scale, seen }
    await body((figures) => Object.assign(seen, figures))
  })
}
