import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiError, read } from './api.ts'

/** Something that the page shows and the server has. What was once read stays while a newer answer is missing. */
export interface Resource<T> {
  readonly data: T | undefined
  readonly fault: ApiError | undefined
  readonly readAt: number | undefined
  readonly reload: () => void
}

export interface ResourceOptions {
  /** Reads again after so many milliseconds, while the page is visible. */
  readonly everyMs?: number
}

/** @param path what to read; undefined reads nothing yet */
export function useResource<T>(path: string | undefined, { everyMs }: ResourceOptions = {}): Resource<T> {
  const [state, setState] = useState<
    Pick<Resource<T>, 'data' | 'fault' | 'readAt'> & { path?: string | undefined }
  >(empty)
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((n) => n + 1), [])

  useEffect(() => {
    if (path === undefined) return
    const stop = new AbortController()
    read<T>(path, stop.signal).then(
      (data) => setState({ data, fault: undefined, readAt: Date.now(), path }),
      (error: unknown) => {
        if (!stop.signal.aborted)
          setState((old) => ({ ...(old.path === path ? old : empty), fault: asApiError(error), path }))
      },
    )
    return () => stop.abort()
  }, [path, round])

  useEffect(() => {
    if (everyMs === undefined) return
    const timer = setInterval(() => !document.hidden && reload(), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, reload])

  const shown = state.path === path ? state : empty
  return { data: shown.data, fault: shown.fault, readAt: shown.readAt, reload }
}

const empty = { data: undefined, fault: undefined, readAt: undefined }

export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, error instanceof Error ? error.message : String(error))
