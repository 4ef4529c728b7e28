import { useEffect, useState } from 'preact/hooks'
import { type Item, read } from './api.ts'
import { asApiError, type Resource, soonMs } from './use-answer.ts'

export type Risk = Item<'/risk/protocols'>

export interface Risks {
  readonly items: readonly Risk[]
  /** False while further pages are on their way. */
  readonly isComplete: boolean
}

const everyMs = 5 * 60_000

/** The current risk of all protocols; the first thousand are shown while the rest comes. */
export function useRisks(): Resource<Risks> {
  const [state, setState] = useState<Omit<Resource<Risks>, 'reload'>>({
    data: undefined,
    fault: undefined,
    readAt: undefined,
  })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    readAll(stop.signal, (items, isComplete) => {
      if (isComplete || state.data === undefined)
        setState({ data: { items, isComplete }, fault: undefined, readAt: Date.now() })
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) setState((old) => ({ ...old, fault: asApiError(error) }))
    })
    return () => stop.abort()
  }, [round])
  const pauseMs = state.fault?.isComing ? soonMs : everyMs
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setRound((n) => n + 1), pauseMs)
    return () => clearInterval(timer)
  }, [pauseMs])
  return { ...state, reload: () => setRound((n) => n + 1) }
}

/** Reads page after page and shows what has come so far. */
async function readAll(
  signal: AbortSignal,
  show: (items: readonly Risk[], isComplete: boolean) => void,
): Promise<void> {
  const items: Risk[] = []
  let cursor: string | null = null
  do {
    const query = { limit: 1000, ...(cursor === null ? {} : { cursor }) }
    const page: { items: Risk[]; next_cursor: string | null } = await read(
      '/risk/protocols',
      { query },
      signal,
    )
    items.push(...page.items)
    cursor = page.next_cursor
    show([...items], cursor === null)
  } while (cursor !== null)
}
