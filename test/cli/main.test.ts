import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFiles } from './cli.ts'

const file = temporaryFiles()
const root = join(import.meta.dirname, '../..')
const program = join(root, 'dist/src/cli/main.js')

/** The command as it is installed; `npm test` builds it before. */
describe.runIf(existsSync(program))('the program tidegauge', () => {
  const run = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
      encoding: 'utf8',
      cwd: file('.'),
      env: { PATH: process.env['PATH'] },
    })
    return { status, stdout, stderr }
  }

  it('prints one line of JSON and nothing else', () => {
    const x = file('x.csv', ['a', '1', '2', '1.5', '40'])
    const { status, stdout, stderr } = run(
      'lab',
      'detect',
      'lof',
      '--train',
      x,
      '--params',
      '{"neighbours":2}',
      '--json',
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect((JSON.parse(stdout) as { scores: number[] }).scores).toHaveLength(4)
  })

  it('ends with 0, 2 and 3 as documented, with a sentence on standard error', () => {
    expect(run('--version')).toMatchObject({ status: 0, stderr: '' })
    expect(run('frobnicate')).toMatchObject({ status: 2, stdout: '' })
    expect(run('lab', 'detect', 'lof', '--train', 'absent.csv')).toMatchObject({ status: 2, stdout: '' })
    const { status, stderr } = run('export', 'anywhere')
    expect(status).toBe(3)
    expect(stderr).toMatch(/^No Tidegauge runs in .*\.tidegauge: start it with "npm start"/)
  })
})
