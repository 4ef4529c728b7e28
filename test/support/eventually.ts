import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again until the answer is given. @throws when `deadlineMs` has passed without one */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  deadlineMs = 15_000,
): Promise<T> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > end) throw new Error(`Nothing after ${deadlineMs} ms: ${ask.toString()}`)
    await sleep(20)
  }
}
