import { useEffect, useState } from 'preact/hooks'
import { readAll } from './api.ts'
import type { Risk } from './shapes.ts'
import { asApiError, type Resource } from './use-resource.ts'

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
    readAll<Risk>('/risk/protocols', stop.signal, (items, isComplete) => {
      if (isComplete || round === 0)
        setState({ data: { items, isComplete }, fault: undefined, readAt: Date.now() })
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) setState((old) => ({ ...old, fault: asApiError(error) }))
    })
    return () => stop.abort()
  }, [round])
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && setRound((n) => n + 1), everyMs)
    return () => clearInterval(timer)
  }, [])
  return { ...state, reload: () => setRound((n) => n + 1) }
}
