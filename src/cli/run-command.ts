import { CommanderError } from 'commander'
import { InsufficientDataError } from '../errors.ts'
import { CommandError, exitCodeOf, exitCodes } from './exit-codes.ts'
import { createProgram } from './program.ts'
import type { Surroundings } from './surroundings.ts'

/** Runs `tidegauge` with these words. What goes wrong is told in one sentence. @returns the exit code */
export async function runCommand(words: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await createProgram(surroundings).parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has told its own already.
    if (!(error instanceof CommanderError)) surroundings.terminal.note(inWords(error))
    return exitCodeOf(error)
  }
}

/** What nobody foresaw is told with its stack. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isForeseen =
    exitCodeOf(error) !== exitCodes.failure ||
    error instanceof CommandError ||
    error instanceof InsufficientDataError
  return isForeseen ? error.message : (error.stack ?? error.message)
}
