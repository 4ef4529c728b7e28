import type { Config } from '../config.ts'

/** Tracing where the configuration names a receiver; else nothing is loaded and nothing is patched. */
export async function openTracing({
  isTraced,
}: Pick<Config, 'isTraced'>): Promise<AsyncDisposable | undefined> {
  if (!isTraced) return undefined
  const { startTracing } = await import('./start-tracing.ts')
  return startTracing()
}
