import { InputError } from './errors.ts'

/**
 * The frame of every program: what the user can put right is told in its own words, anything else with its stack,
 * and both end with exit code 1 once the loop has drained.
 */
export async function runEntry(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof InputError ? error.message : error)
    process.exitCode = 1
  }
}
