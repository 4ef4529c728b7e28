import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A folder of real bodies, which may not be given away with this repository; tests of them run where it exists. */
export const fixturesDir = process.env['TIDEGAUGE_FIXTURES']

/** @param path of a `.json` or `.json.gz` file inside the folder */
export function fixture(path: string): unknown {
  if (fixturesDir === undefined) throw new Error('Expected TIDEGAUGE_FIXTURES to name a folder')
  const bytes = readFileSync(join(fixturesDir, path))
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
}
