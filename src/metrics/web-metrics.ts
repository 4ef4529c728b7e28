import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createProcessRegistry } from './process-metrics.ts'

/** What a web process tells Prometheus about itself. */
export interface Metrics {
  readonly registry: Registry
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>
  /** Requests whose limit was counted in this process because Redis did not answer. */
  readonly rateLimitFallbacks: Counter
  readonly idempotentReplays: Counter
  readonly eventStreams: Gauge
}

export function createMetrics(): Metrics {
  const registry = createProcessRegistry()
  const registers = [registry]
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'tidegauge_http_request_seconds',
      help: 'Time from the first byte of a request to the last of its answer, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    rateLimitFallbacks: new Counter({
      name: 'tidegauge_rate_limit_fallbacks_total',
      help: 'Requests whose limit was counted locally because Redis did not answer',
      registers,
    }),
    idempotentReplays: new Counter({
      name: 'tidegauge_idempotent_replays_total',
      help: 'Answers that were replayed for a repeated Idempotency-Key',
      registers,
    }),
    eventStreams: new Gauge({
      name: 'tidegauge_event_streams',
      help: 'Clients that follow a run by server-sent events',
      registers,
    }),
  }
}
