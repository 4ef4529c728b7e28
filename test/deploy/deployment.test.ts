import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { afterAll, describe, expect, it } from 'vitest'
import { queueNames } from '../../queues/contract.ts'
import { reliability } from '../../queues/settings.ts'
import { variables } from '../../src/config-variables.ts'
import { readProcfile } from '../../src/supervisor/procfile.ts'
import {
  composeProcesses,
  composeServices,
  kubernetesProcesses,
  manifests,
  readText,
  root,
  systemdProcesses,
  unitFiles,
} from './deployment-files.ts'

const { release, processes } = readProcfile(root)
const procfile = [release!, ...processes].map(({ name, command }) => [name, command]).sort()
const known: readonly string[] = Object.keys(variables.shape)

describe.each([
  ['docker-compose.yml', composeProcesses()],
  ['deploy/k8s', kubernetesProcesses()],
  ['deploy/systemd', systemdProcesses()],
])('%s', (_name, deployed) => {
  it('runs every line of the Procfile, as it stands there, and nothing else', () => {
    expect(deployed.map(({ name, command }) => [name, command]).sort()).toEqual(procfile)
  })

  it('sets only variables that the product reads', () => {
    expect(deployed.flatMap(({ variables: set }) => set.filter((name) => !known.includes(name)))).toEqual([])
  })

  it('waits longer than a worker needs to hand its jobs back', () => {
    for (const { name, stopSeconds } of deployed.filter((one) => one.name !== 'release'))
      expect(stopSeconds * 1000, name).toBeGreaterThanOrEqual(reliability.shutdownGraceMs + 5_000)
  })
})

describe('the Dockerfile', () => {
  const instructions = DockerfileParser.parse(readText('Dockerfile')).getInstructions()
  const stages = instructions.filter((one) => one.getKeyword() === 'FROM').length
  const last = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'))
  const argumentsOf = (keyword: string): string =>
    last.find((one) => one.getKeyword() === keyword)?.getArgumentsContent() ?? ''

  it('builds in one stage and runs in another, as nobody in particular', () => {
    expect(stages).toBe(2)
    expect(argumentsOf('USER')).toMatch(/^[1-9]\d+:[1-9]\d+$/)
    expect(last.map((one) => one.getKeyword())).not.toContain('RUN')
  })

  it('starts the web process when nothing is said, and can be asked for its health', () => {
    const words = JSON.parse(argumentsOf('CMD')) as string[]
    expect(words.join(' ')).toBe(processes.find(({ name }) => name === 'web')?.command)
    expect(argumentsOf('HEALTHCHECK')).toContain('/livez')
  })

  it('installs from the lock file without scripts, on a Node that the product supports', () => {
    const text = readText('Dockerfile')
    expect(text).toContain('npm ci --ignore-scripts')
    expect(text).not.toMatch(/npm (install|i) /)
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } }
    expect(engines.node).toBe(`>=${/^ARG NODE_VERSION=(\d+)$/m.exec(text)![1]}.19`)
  })

  it('copies no secret and nothing that was built elsewhere', () => {
    const ignored = readText('.dockerignore').split('\n')
    for (const path of ['.env', '.git', '.tidegauge', 'dist', 'node_modules']) expect(ignored).toContain(path)
  })
})

describe('docker-compose.yml', () => {
  const services = composeServices()

  it('gives Redis a password, an append-only file and no leave to evict', () => {
    expect([services['redis']!.command].flat().join(' ')).toMatch(
      /--requirepass \$\{REDIS_PASSWORD:\?.*--appendonly yes --appendfsync everysec .*--maxmemory-policy noeviction/,
    )
  })

  it('keeps root file systems read-only and drops all capabilities', () => {
    for (const { name } of composeProcesses())
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })

  it('holds no password', () => {
    expect(readText('docker-compose.yml')).not.toMatch(/PASSWORD: (?!\$\{)/)
  })
})

describe('the Kubernetes manifests', () => {
  const files = manifests()
  const all = [...files.values()].flat()
  const workloads = all.filter(({ kind }) => kind === 'Deployment')

  it('are all in the kustomization, but for the example of a secret', () => {
    const [kustomization] = files.get('kustomization.yaml')!
    const others = [...files.keys()].filter(
      (file) => !['kustomization.yaml', 'secret.example.yaml'].includes(file),
    )
    expect([...kustomization!.resources!].sort()).toEqual(others.sort())
  })

  it('probe, bound and confine every container', () => {
    for (const { metadata, spec } of workloads) {
      const [container] = spec!.template!.spec.containers
      expect(container, metadata.name).toMatchObject({
        livenessProbe: { httpGet: { path: '/livez' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
        resources: { requests: {}, limits: {} },
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      })
      expect(spec!.template!.spec.securityContext).toMatchObject({ runAsNonRoot: true })
    }
  })

  it('protect every workload from being drained away', () => {
    const budgets = all
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ metadata }) => metadata.name)
    expect(budgets.sort()).toEqual(workloads.map(({ metadata }) => metadata.name).sort())
  })

  it('scale the trainer and the analyst by their own queues, and give each source a collector', () => {
    const scaled = all.filter(({ kind }) => kind === 'ScaledObject')
    expect(scaled.map(({ spec }) => spec!.scaleTargetRef!.name).sort()).toEqual(['analyst', 'trainer'])
    for (const { spec } of scaled) {
      const { name } = spec!.scaleTargetRef!
      const query = spec!.triggers![0]!.metadata.query
      const queues = /queue=~"([\w|]+)"/.exec(query)![1]!.split('|')
      const words = processes.find((one) => one.name === name)!.command.split(' ')
      for (const queue of queues) {
        expect(queueNames).toContain(queue)
        expect(words).toContain(queue)
      }
      expect(workloads.find(({ metadata }) => metadata.name === name)!.spec!.replicas).toBeUndefined()
    }
    expect(workloads.find(({ metadata }) => metadata.name === 'collector')!.spec!.replicas).toBe(2)
  })
})

describe('the systemd units', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-units-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it.runIf(existsSync('/usr/bin/systemd-analyze'))('pass the check of systemd itself', () => {
    cpSync(join(root, 'deploy/systemd'), dir, { recursive: true })
    // The check wants the program to be there; where it is on this machine is another matter.
    for (const file of unitFiles()) {
      const path = join(dir, file)
      writeFileSync(path, readFileSync(path, 'utf8').replace('/usr/bin/node', process.execPath))
    }
    const units = unitFiles().map((file) => join(dir, file.replace('@.', '@1.')))
    cpSync(join(dir, 'tidegauge-trainer@.service'), join(dir, 'tidegauge-trainer@1.service'))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    })
    expect(stderr.split('\n').filter((line) => line.includes('tidegauge'))).toEqual([])
    expect(status).toBe(0)
  })

  it('start all but more trainers with one target', () => {
    const wanted = /^Wants=(.*)$/m.exec(readText('deploy/systemd/tidegauge.target'))![1]!.split(' ')
    expect(wanted.map((unit) => unit.replace(/^tidegauge-(\w+)(@1)?\.service$/, '$1')).sort()).toEqual(
      processes.map(({ name }) => name).sort(),
    )
  })
})
