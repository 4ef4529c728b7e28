import { measureCatalogue } from './collection/catalogue.ts'
import { measureLimits } from './collection/limits.ts'
import { startOwnServices } from './collection/own-services.ts'
import { measureStorm } from './collection/storm.ts'
import type { Figure } from './report.ts'

/**
 * Rate limits as the server counts them, faults of every kind, and a full catalogue. With `full` as second argument the
 * limits run over real minutes and the storm lasts ten of them.
 */
export async function run(): Promise<Figure[]> {
  const isFull = process.argv[3] === 'full'
  await using services = await startOwnServices()
  const { redisUrl } = services
  const catalogue = await measureCatalogue(services)
  const limits = await measureLimits({
    redisUrl,
    runs: 10,
    sideBySide: 5,
    windowMs: isFull ? 60_000 : 20_000,
    windows: 3,
  })
  const storm = await measureStorm(redisUrl, isFull ? 10 : 1)
  return [...catalogue, ...limits, ...storm]
}
