import { runEntry } from './entry.ts'
import { startPlatform } from './supervisor/start-platform.ts'

await runEntry(async () => {
  const fault = await startPlatform(process.argv.slice(2))
  if (fault !== undefined) process.exitCode = 1
})
