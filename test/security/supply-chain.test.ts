import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

const root = join(import.meta.dirname, '../..')
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))
const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> }
const locked = Object.entries(packages).filter(([path]) => path !== '')
const manifest = read('package.json') as Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>

/** Licences that ask for no more than to be named. */
const allowedLicences = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
])

describe('the lock file', () => {
  it('takes every package from the public registry, at one exact version, with no weak digest', () => {
    const stray = locked.filter(
      ([, { version, resolved, integrity, link }]) =>
        link === true ||
        !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ||
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) ||
        (integrity !== undefined && !integrity.startsWith('sha512-')),
    )
    expect(stray).toEqual([])
    expect(locked.length).toBeGreaterThan(200)
  })

  it('is asked for exact versions only', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest
    for (const [name, wanted] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    }))
      expect(`${name} ${wanted}`).toMatch(/ \d+\.\d+\.\d+(-[\w.]+)?$/)
  })

  it('brings nothing into production whose licence is not on the list', () => {
    const stray = locked
      .filter(([, { dev, license }]) => dev !== true && !allowedLicences.has(license ?? 'none'))
      .map(([path, { license }]) => `${path}: ${license ?? 'none'}`)
    expect(stray).toEqual([])
  })
})

it('lists every package as a CycloneDX document', () => {
  const { stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const bom = JSON.parse(stdout) as {
    bomFormat: string
    components: { name: string; licenses?: unknown[] }[]
  }
  expect(bom.bomFormat).toBe('CycloneDX')
  const names = bom.components.map(({ name }) => name)
  for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(name)
})

// A second installation takes a minute: only where the whole suite is judged.
describe.runIf(process.env['CI'] !== undefined && existsSync(join(root, '.git')))(
  'a copy of the sources',
  () => {
    it('is installed without any script of a package, and then builds and runs', { timeout: 300_000 }, () => {
      const copy = mkdtempSync(join(tmpdir(), 'tidegauge-install-'))
      try {
        const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0')
        for (const file of files.filter((name) => name !== '' && existsSync(join(root, name))))
          cpSync(join(root, file), join(copy, file))
        const npm = (...words: string[]) =>
          execFileSync('npm', words, { cwd: copy, stdio: 'pipe', encoding: 'utf8' })
        npm('ci', '--ignore-scripts', '--prefer-offline', '--no-audit')
        npm('run', 'build')
        const program = join(copy, 'dist/src/cli/main.js')
        expect(execFileSync(process.execPath, [program, '--version'], { encoding: 'utf8' })).toMatch(
          /^\d+\.\d+\.\d+/,
        )
        // What two of the skipped scripts would have prepared: a faster unpacker, and Postgres' own links.
        const probe = `import('bullmq').then(({ Queue }) => console.log(typeof Queue))`
        expect(execFileSync(process.execPath, ['-e', probe], { cwd: copy, encoding: 'utf8' })).toContain(
          'function',
        )
      } finally {
        rmSync(copy, { recursive: true, force: true })
      }
    })
  },
)
