import { CommanderError } from 'commander'
import { ModelInputError } from '../../models/errors.ts'
import { InputError } from '../errors.ts'

/** What the command's exit code says; 0 is success and 130 an interruption by Ctrl-C. */
export const exitCodes = {
  /** It was tried and failed: a job that failed, not enough data, a fault of ours. */
  failure: 1,
  /** The words, the files or the variables are at fault; trying again changes nothing. */
  usage: 2,
  /** No Tidegauge answers. */
  unreachable: 3,
  interrupted: 130,
} as const

/** A command that ends with one sentence and a code of its own. */
export class CommandError extends Error {
  override name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failure, options: { cause?: unknown } = {}) {
    super(message, options)
    this.exitCode = exitCode
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  return error instanceof InputError || error instanceof ModelInputError ? exitCodes.usage : exitCodes.failure
}
