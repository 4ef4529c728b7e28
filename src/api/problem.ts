import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { z } from 'zod'
import { isDatabaseAway } from '../db/errors.ts'
import { InputError, ProblemError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createTroubles } from '../logger-troubles.ts'

/** RFC 9457, with the members that this API adds. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'The name of the HTTP status' }),
    status: z.int().min(400).max(599),
    code: z.string().meta({ description: 'A stable word for programs', example: 'not_trained' }),
    detail: z.string().meta({ description: 'One sentence for people' }),
    request_id: z.string(),
    errors: z
      .array(z.object({ field: z.string().meta({ example: 'query.limit' }), message: z.string() }))
      .optional()
      .meta({ description: 'One entry per field at fault' }),
  })
  .meta({ id: 'Problem' })
export type Problem = z.output<typeof problemSchema>

export function sendProblem(res: Response, error: ProblemError): void {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
    request_id: res.locals.requestId,
    ...(error.errors ? { errors: [...error.errors] } : {}),
  }
  res.status(error.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** The last handler: what was thrown on purpose keeps its words, everything else is a 500 that says nothing. */
export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  const troubles = createTroubles(logger)
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    const problem = toProblem(error)
    const request = { requestId: res.locals.requestId, method: req.method, url: req.path }
    // What was refused on purpose ("not trained yet") is no fault of ours and needs no stack.
    if (problem.status === 503 && problem !== error) troubles.report(problem.code, error, request)
    else if (problem.status >= 500 && problem !== error)
      logger.error({ ...request, err: error }, problem.code)
    else if (problem.status >= 500) logger.info(request, problem.code)
    if (res.headersSent) res.destroy()
    else sendProblem(res, problem)
  }
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof InputError)
    return new ProblemError(400, 'invalid_request', error.message, { cause: error })
  if (isUnavailable(error))
    return new ProblemError(503, 'unavailable', `${unavailability(error)}; try again soon`, { cause: error })
  if (isUnstorable(error))
    return new ProblemError(400, 'invalid_value', 'A value of the request cannot be stored or compared', {
      cause: error,
    })
  return parserProblem(error) ?? new ProblemError(500, 'internal', 'Something went wrong on our side')
}

/** Postgres is away, or so slow or full that it is as good as away. */
function isUnavailable(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return isDatabaseAway(error) || code === '57014' || (typeof code === 'string' && code.startsWith('53'))
}

const unavailability = (error: unknown): string =>
  (error as { code?: unknown }).code === '53100'
    ? "The database's disk is full"
    : 'The database does not answer'

/** Text with U+0000 or half a character, numbers and instants beyond any range: well-formed in JSON, refused by Postgres. */
const unstorable = new Set(['22003', '22007', '22008', '22021', '22P02', '22P05'])

function isUnstorable(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && unstorable.has(code)
}

const parserCodes: Readonly<Record<number, string>> = {
  400: 'malformed_request',
  413: 'body_too_large',
  415: 'unsupported_media_type',
}

/** Errors of Express's router and body parser say their status themselves. */
function parserProblem(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined
  const { status } = error as { status?: unknown }
  const code = typeof status === 'number' ? parserCodes[status] : undefined
  return code === undefined
    ? undefined
    : new ProblemError(status as number, code, error.message, { cause: error })
}
