import { InputError } from './errors.ts'

/** Says: the fault is in what was given, so starting again changes nothing. */
export const BAD_INPUT_EXIT_CODE = 2

/**
 * The frame of every program: what the user can put right is told in its own words, anything else with its stack.
 * The loop drains before the process ends.
 */
export async function runEntry(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const isBadInput = error instanceof InputError
    console.error(isBadInput ? error.message : error)
    process.exitCode = isBadInput ? BAD_INPUT_EXIT_CODE : 1
  }
}
