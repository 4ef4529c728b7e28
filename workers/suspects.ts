/** Lets runs through one at a time. */
export interface Suspects {
  /**
   * Waits for the turn of a run whose process has died before. @returns a function that ends its turn
   * @throws the signal's reason when it is aborted while it waits
   */
  turn(signal: AbortSignal): Promise<() => void>
}

/**
 * When a process dies, every job in it is suspected of having killed it. If they ran side by side again, one that kills would
 * take the same innocent ones with it each time, until all of them are quarantined. One at a time, only the guilty one is.
 */
export function createSuspects(): Suspects {
  let last: Promise<void> = Promise.resolve()
  return {
    async turn(signal) {
      const before = last
      let end = (): void => undefined
      last = new Promise((resolve) => (end = resolve))
      try {
        await Promise.race([before, aborted(signal)])
      } catch (error) {
        void before.then(end)
        throw error
      }
      return end
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
