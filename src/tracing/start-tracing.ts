import { createRequire } from 'node:module'
import { context, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { BullMQOtel } from 'bullmq-otel'
import { installTraceHooks } from './trace-hooks.ts'

/** Asked every few seconds by machines. */
const unwatched = /^\/(livez|readyz|metrics)\b/

/**
 * Sends traces by OTLP over HTTP to where the standard variables say (OTEL_EXPORTER_OTLP_ENDPOINT and others), under the name in
 * OTEL_SERVICE_NAME. Disposing of it sends what is left.
 */
export function startTracing(): AsyncDisposable {
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url = '' }) => unwatched.test(url),
        // What goes out goes through undici.
        disableOutgoingRequestInstrumentation: true,
      }),
      new ExpressInstrumentation(),
      new PgInstrumentation({ requireParentSpan: true }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
    ],
  })
  // The instrumentations change these in place when they are required; importing them alone would pass by unseen.
  const load = createRequire(import.meta.url)
  for (const name of ['http', 'express', 'pg']) load(name)
  installTraceHooks({
    carrier() {
      const carrier: Record<string, string> = {}
      propagation.inject(context.active(), carrier)
      return Object.keys(carrier).length === 0 ? null : carrier
    },
    ids() {
      const span = trace.getActiveSpan()?.spanContext()
      return span && { trace_id: span.traceId, span_id: span.spanId }
    },
    telemetry: new BullMQOtel({ tracerName: 'tidegauge' }),
  })
  return { [Symbol.asyncDispose]: () => provider.shutdown() }
}
