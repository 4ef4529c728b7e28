import { useState } from 'preact/hooks'
import type { ApiError } from './api.ts'
import { asApiError } from './use-answer.ts'

/** Something that a button does: it cannot be pressed twice, and what went wrong is shown beside it. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<void>) {
  const [isRunning, setIsRunning] = useState(false)
  const [fault, setFault] = useState<ApiError>()
  const run = (...args: A): void => {
    setIsRunning(true)
    setFault(undefined)
    act(...args)
      .catch((error: unknown) => setFault(asApiError(error)))
      .finally(() => setIsRunning(false))
  }
  return { run, fault, isRunning }
}
