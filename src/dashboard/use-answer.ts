import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Answer, ApiError, type GetPath, type Params, read } from './api.ts'

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

type State<T> = Omit<Resource<T>, 'reload'> & { readonly request?: string }

/** @param params of the path; undefined reads nothing yet */
export function useAnswer<P extends GetPath>(
  path: P,
  params: Params<P> | undefined,
  { everyMs }: ResourceOptions = {},
): Resource<Answer<P>> {
  const [state, setState] = useState<State<Answer<P>>>(nothing)
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((n) => n + 1), [])
  const request = params && JSON.stringify([path, params])

  useEffect(() => {
    if (params === undefined || request === undefined) return
    const stop = new AbortController()
    read(path, params, stop.signal).then(
      (data) => setState({ data, fault: undefined, readAt: Date.now(), request }),
      (error: unknown) => {
        if (stop.signal.aborted) return
        setState((old) => ({
          ...(old.request === request ? old : nothing),
          fault: asApiError(error),
          request,
        }))
      },
    )
    return () => stop.abort()
  }, [request, round])

  const { data, fault, readAt } = state.request === request ? state : nothing
  const pauseMs = fault?.isComing ? soonMs : everyMs
  useEffect(() => {
    if (pauseMs === undefined) return
    const timer = setInterval(() => !document.hidden && reload(), pauseMs)
    return () => clearInterval(timer)
  }, [pauseMs, reload])

  return { data, fault, readAt, reload }
}

/** Between two looks for what is not there yet. */
export const soonMs = 5_000

const nothing = { data: undefined, fault: undefined, readAt: undefined }

export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, error instanceof Error ? error.message : String(error))
