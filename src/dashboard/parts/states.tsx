import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api.ts'
import { ago } from '../format.ts'
import type { Resource } from '../use-answer.ts'

/** Shows a resource, or says what stands in its way; an old answer stays visible below the sentence that says so. */
export function Show<T>({
  of: resource,
  what,
  children,
}: {
  of: Resource<T>
  /** What is shown, as in "Loading the sources". */
  what: string
  children: (data: T) => ComponentChildren
}) {
  const { data, fault, readAt, reload } = resource
  if (data === undefined)
    return fault ? <Fault fault={fault} what={what} onRetry={reload} /> : <Loading what={what} />
  return (
    <>
      {fault && (
        <p class="notice" role="status">
          Not up to date, read {ago(new Date(readAt ?? 0).toISOString())}: {fault.message}
        </p>
      )}
      {children(data)}
    </>
  )
}

export const Loading = ({ what }: { what: string }) => (
  <div class="state" role="status">
    <span class="skeleton" />
    <span class="skeleton" />
    <span class="skeleton short" />
    <span class="hidden">Loading {what}</span>
  </div>
)

/** Answers that will come by themselves and those that cannot (404, 400) are no errors. */
export function Fault({ fault, what, onRetry }: { fault: ApiError; what: string; onRetry: () => void }) {
  if (fault.isComing) return <Coming what={what} />
  const isExpected = [400, 404].includes(fault.status)
  return (
    <div class={`state ${isExpected ? 'empty' : 'fault'}`} role={isExpected ? 'status' : 'alert'}>
      <strong>
        {isExpected ? `No ${what}${fault.status === 404 ? '' : ' yet'}` : `Could not load ${what}`}
      </strong>
      <span>{fault.message}</span>
      {fault.status !== 404 && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}

const Coming = ({ what }: { what: string }) => (
  <div class="state empty" role="status">
    <strong>No {what} yet</strong>
    <span>
      The first training, scores and scan come by themselves once there is enough data. This page looks for
      them every few seconds.
    </span>
  </div>
)

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="state empty">{children}</p>
