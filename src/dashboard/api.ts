/** What the API says when it cannot answer, from its `application/problem+json`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly errors?: readonly {
    readonly pointer?: string
    readonly message?: string
    readonly detail?: string
  }[]
}

export const read = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  ask<T>('GET', path, undefined, signal)

/** Submits, with a key of its own, so that a request that is repeated on the way acts once. */
export const send = <T>(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<T> =>
  ask<T>(method, path, body)

async function ask<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: {
      Accept: 'application/json',
      ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'POST' ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'The server does not answer. Is it running?')
  })
  if (response.status === 401) location.assign('/login')
  if (!response.ok) throw await faultOf(response)
  return (await response.json()) as T
}

async function faultOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Problem
  const fields = (problem.errors ?? []).map((one) =>
    [one.pointer, one.message ?? one.detail].filter(Boolean).join(': '),
  )
  const sentence = problem.detail ?? problem.title ?? `The server answered ${response.status}`
  return new ApiError(response.status, [sentence, ...fields].join(' · '))
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
}

/** Reads a list page after page and shows what has come so far. */
export async function readAll<T>(
  path: string,
  signal: AbortSignal,
  show: (items: readonly T[], isComplete: boolean) => void,
): Promise<readonly T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page<T> = await read<Page<T>>(
      `${path}${path.includes('?') ? '&' : '?'}limit=1000${at}`,
      signal,
    )
    items.push(...page.items)
    cursor = page.next_cursor
    show([...items], cursor === null)
  } while (cursor !== null)
  return items
}
