import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version of the package: its manifest lies above the sources, and one folder higher above the build. */
export const version = readVersion()

function readVersion(): string {
  const candidates = ['..', '../..'].map((up) => join(import.meta.dirname, up, 'package.json'))
  const manifest = JSON.parse(
    readFileSync(
      candidates.find((path) => existsSync(path))!,
      'utf8',
    ),
  ) as {
    version: string
  }
  return manifest.version
}
