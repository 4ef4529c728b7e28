import { writeFile } from 'node:fs/promises'
import { generateSchema } from './generate-schema.ts'

// Run as dist/src/client/write-schema.js after a change of the routes: the sources are three folders up.
const file = new URL('../../../src/client/schema.ts', import.meta.url)
await writeFile(file, await generateSchema())
