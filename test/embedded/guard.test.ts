import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { identityOf, waitForEnd } from '../../src/embedded/processes.ts'

const dir = mkdtempSync(join(tmpdir(), 'tidegauge-guard-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Built code: this runs in a process that has no transformer. */
const guardModule = pathToFileURL(join(import.meta.dirname, '../../dist/src/embedded/guard.js')).href
const ledger = join(dir, 'ledger')

/** Notes which signal ended it, some time after it came: whoever does not wait for it is found out. */
const witness = (name: string, signal: string) =>
  `trap 'sleep 0.3; echo ${name} ${signal} >> ${ledger}; exit' ${signal}; while :; do sleep 0.1; done`

it('ends first the processes, then the services, of a process that was killed with -9', async () => {
  const program = `
    import { spawn } from 'node:child_process'
    import { startGuard } from '${guardModule}'
    const guard = startGuard()
    const start = (script) => spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).pid
    const pids = [start(\`${witness('service', 'INT')}\`), start(\`${witness('app', 'TERM')}\`), start('sleep 60')]
    guard.watch('service', pids[0])
    guard.watch('app', pids[1])
    guard.watch('app', pids[2])
    guard.release(pids[2])
    console.log(pids.join(' '))
    setInterval(() => undefined, 1000)`
  writeFileSync(join(dir, 'program.mjs'), program)
  const killed = spawn(process.execPath, [join(dir, 'program.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(killed.stdout, 'data')) as [Buffer]
  const [service, app, released] = line
    .toString()
    .split(' ')
    .map((pid) => identityOf(Number(pid))!)

  killed.kill('SIGKILL')
  expect(await waitForEnd(app!, 10_000)).toBe(true)
  expect(await waitForEnd(service!, 10_000)).toBe(true)
  expect(readFileSync(ledger, 'utf8')).toBe('app TERM\nservice INT\n')
  expect(identityOf(released!.pid)).toEqual(released)
  process.kill(released!.pid, 'SIGKILL')
})
