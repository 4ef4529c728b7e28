/** Lets a loop pause until there is something to do. */
export interface Doorbell {
  ring(): void
  /** Ends early when it is rung; a ring that came while nobody paused counts. */
  pause(ms: number): Promise<void>
}

export function createDoorbell(): Doorbell {
  let isRung = false
  let answer = (): void => undefined
  return {
    ring() {
      isRung = true
      answer()
    },
    async pause(ms) {
      if (!isRung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          answer = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      isRung = false
    },
  }
}
