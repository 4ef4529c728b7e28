/** The input cannot be used; the message names the field, file, line or variable and what is allowed. */
export class InputError extends Error {
  override name = 'InputError'
}

/** A job that throws this is not retried. */
export class PermanentError extends Error {
  override name = 'PermanentError'
}

/** An answer that the API gives on purpose: becomes RFC 9457 `application/problem+json`. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly status: number
  readonly code: string
  readonly errors: readonly { readonly field: string; readonly message: string }[] | undefined

  /** @param code a stable word for programs, such as `not_trained`. */
  constructor(
    status: number,
    code: string,
    message: string,
    options: { errors?: readonly { field: string; message: string }[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.code = code
    this.errors = options.errors
  }
}

/** There is not enough data to do what was asked; the message says what is missing. */
export class InsufficientDataError extends Error {
  override name = 'InsufficientDataError'
}
