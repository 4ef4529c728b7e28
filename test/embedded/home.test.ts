import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openHome } from '../../src/embedded/home.ts'
import { identityOf } from '../../src/embedded/processes.ts'
import { InputError } from '../../src/errors.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'tidegauge-home-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('is held by one instance at a time', () => {
  const home = openHome(dir)
  expect(() => openHome(dir)).toThrow(
    new InputError(
      `TIDEGAUGE_HOME: another Tidegauge (process ${process.pid}) runs in ${dir}; stop it, or give this one another TIDEGAUGE_HOME and PORT`,
    ),
  )
  home[Symbol.dispose]()
  openHome(dir)[Symbol.dispose]()
})

it('is free again when its holder was killed, also where another process has the same id now', async () => {
  const child = spawn('sleep', ['60'])
  const holder = identityOf(child.pid!)
  writeFileSync(join(dir, 'instance.lock'), JSON.stringify(holder))
  expect(() => openHome(dir)).toThrow('another Tidegauge')
  child.kill('SIGKILL')
  await once(child, 'exit')
  openHome(dir)[Symbol.dispose]()

  writeFileSync(join(dir, 'instance.lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }))
  openHome(dir)[Symbol.dispose]()
})

it('is free again when the lock was cut off while it was written', () => {
  writeFileSync(join(dir, 'instance.lock'), '{"pid":')
  openHome(dir)[Symbol.dispose]()
})

it('keeps ports and passwords where only this user can read them', () => {
  using home = openHome(dir)
  home.save('redis', { password: 'secret', port: 1 })
  home.save('postgres', { password: 'other' })
  expect(home.record('redis')).toEqual({ password: 'secret', port: 1 })
  expect(statSync(join(dir, 'services.json')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(dir, 'services.json'), 'utf8')).toContain('other')
})

it('is refused in one sentence where nothing can be written', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => openHome(join(dir, 'file', 'home'))).toThrow(
    new InputError(`TIDEGAUGE_HOME: the folder ${dir}/file/home cannot be written (ENOTDIR)`),
  )
})
