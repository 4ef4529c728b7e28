import type { Response } from 'express'
import { ProblemError } from '../errors.ts'

/** A client has its answer by then, whatever has stopped answering behind us. */
const answerWithinMs = 1_400

export const deadlineFromNow = (): number => performance.now() + answerWithinMs

/**
 * The result of the work, if it is there before the request's deadline. Work that comes too late still ends by itself.
 * @throws ProblemError 503
 */
export async function inTime<T>(res: Response, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ProblemError(503, 'unavailable', 'No answer in time; try again soon'))
    }, res.locals.deadline - performance.now())
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
