import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readProcfile } from '../../src/supervisor/procfile.ts'

const dir = mkdtempSync(join(tmpdir(), 'tidegauge-procfile-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const read = (text: string) => {
  writeFileSync(join(dir, 'Procfile'), text)
  return readProcfile(dir)
}

it('tells the release step from the processes and skips comments', () => {
  expect(read('# processes\nrelease: node migrate.js\n\nweb: PORT=1 node server.js --name "a; b"\n')).toEqual(
    {
      release: { name: 'release', command: 'node migrate.js' },
      processes: [{ name: 'web', command: 'PORT=1 node server.js --name "a; b"' }],
    },
  )
})

it.each([
  ['web node server.js', 'Procfile line 1: expected "name: command", got "web node server.js"'],
  ['\nweb: a && b', 'Procfile line 2: expected one command, got "a && b"'],
])('names the line that cannot be run: %j', (text, message) => {
  expect(() => read(text)).toThrow(message)
})
