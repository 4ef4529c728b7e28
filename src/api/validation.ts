import type { z } from 'zod'

const prefixes = { params: 'path', query: 'query', headers: 'header', body: 'body' } as const
export type RequestPart = keyof typeof prefixes

/** One entry per fault, each naming its field and, where the choice is closed, what is allowed. */
export function fieldErrors(part: RequestPart, error: z.ZodError): { field: string; message: string }[] {
  return error.issues.flatMap((issue) => issueErrors([prefixes[part]], issue))
}

function issueErrors(prefix: readonly PropertyKey[], issue: z.core.$ZodIssue) {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => fault([...path, key], 'is not a field of this request'))
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return [fault(path, [...new Set(issue.errors.flat().map((inner) => inner.message))].join(' or '))]
  return [fault(path, issue.message)]
}

function fault(path: readonly PropertyKey[], message: string): { field: string; message: string } {
  const field = path.map(String).join('.')
  return { field, message: `${field}: ${message}` }
}
