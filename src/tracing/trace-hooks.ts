import type { Telemetry } from 'bullmq'

/** What the product asks of tracing. OpenTelemetry itself is global to a process, and so are these. */
export interface TraceHooks {
  /** The running trace in the W3C's spelling, to be carried on by another process; null outside one. */
  carrier(): Readonly<Record<string, string>> | null
  /** For log lines. */
  ids(): { readonly trace_id: string; readonly span_id: string } | undefined
  /** For BullMQ's workers: a job goes on with the trace that it was submitted in. */
  readonly telemetry: Telemetry
}

let hooks: TraceHooks | undefined

export function installTraceHooks(installed: TraceHooks): void {
  hooks = installed
}

/** Undefined while tracing is off: then none of OpenTelemetry is loaded. */
export const traceHooks = (): TraceHooks | undefined => hooks
