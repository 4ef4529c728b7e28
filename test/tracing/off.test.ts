import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'

const root = join(import.meta.dirname, '../..')
const run = (script: string) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Record<string, unknown>
}

describe('tracing', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('is switched by the standard variables: %j', (env, isTraced) => {
    expect(loadConfig(env).isTraced).toBe(isTraced)
  })

  it('loads nothing of OpenTelemetry while it is off', () => {
    const { before, after } = run(`
      import { createRequire } from 'node:module'
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('@opentelemetry') && !path.includes('@opentelemetry/api/')).length
      await import('./dist/src/api/start-api.js')
      await import('./dist/workers/create-worker.js')
      const { openTracing } = await import('./dist/src/tracing/open-tracing.js')
      await openTracing({ isTraced: false })
      const before = loaded()
      await import('./dist/src/tracing/start-tracing.js')
      console.log(JSON.stringify({ before, after: loaded() }))
      process.exit()`)
    expect(before).toBe(0)
    expect(after).toBeGreaterThan(0)
  })
})

describe('a log line', () => {
  it('names its job and its trace, and hides what is secret', () => {
    const line = run(`
      const { createLogger } = await import('./dist/src/logger.js')
      const { installTraceHooks } = await import('./dist/src/tracing/trace-hooks.js')
      installTraceHooks({ carrier: () => null, ids: () => ({ trace_id: 'abc', span_id: 'def' }), telemetry: {} })
      createLogger({ log: { level: 'info', format: 'json' } }, 'trainer').child({ jobId: '1', job: 'prune', attempt: 2 }).info(
        { apiKey: 'canary', nested: { deep: { password: 'canary' }, authorization: 'canary' }, url: 'redis://:canary@host',
          err: Object.assign(new Error('lost'), { code: '57P01', client: { secretKey: 'canary' } }) },
        'lost postgres://tidegauge:canary@host/db')`)
    expect(line).toMatchObject({
      jobId: '1',
      job: 'prune',
      attempt: 2,
      trace_id: 'abc',
      span_id: 'def',
      err: { code: '57P01' },
    })
    expect(JSON.stringify(line)).not.toContain('canary')
  })
})
