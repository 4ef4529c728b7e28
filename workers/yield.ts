import { setImmediate } from 'node:timers/promises'

/** Lets locks be renewed and signals be heard in the middle of a long computation. @throws the signal's reason when aborted */
export async function yieldToLoop(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}
