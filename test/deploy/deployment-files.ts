import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

export const root = join(import.meta.dirname, '../..')
export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** What the files of a deployment say of one process, in one form. */
export interface DeployedProcess {
  readonly name: string
  readonly command: string
  readonly variables: readonly string[]
  readonly stopSeconds: number
}

interface ComposeService {
  readonly image?: string
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly healthcheck?: object
}

export const composeServices = (): Record<string, ComposeService> =>
  (parse(readText('docker-compose.yml'), { merge: true }) as { services: Record<string, ComposeService> })
    .services

export const composeProcesses = (): DeployedProcess[] =>
  Object.entries(composeServices())
    .filter(([, { image }]) => image === 'tidegauge')
    .map(([name, { command, environment = {}, stop_grace_period }]) => ({
      name,
      command: String(command),
      variables: Object.keys(environment),
      stopSeconds: Number.parseInt(stop_grace_period ?? '10', 10),
    }))

interface Container {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string }[]
  readonly livenessProbe?: object
  readonly readinessProbe?: object
  readonly resources?: { readonly limits?: { readonly memory?: string } }
  readonly securityContext?: Readonly<Record<string, unknown>>
}

export interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
  readonly resources?: readonly string[]
  readonly spec?: {
    readonly replicas?: number
    readonly scaleTargetRef?: { readonly name: string }
    readonly triggers?: readonly { readonly metadata: { readonly query: string } }[]
    readonly template?: {
      readonly spec: {
        readonly terminationGracePeriodSeconds?: number
        readonly securityContext?: Readonly<Record<string, unknown>>
        readonly containers: readonly Container[]
      }
    }
  }
}

export const manifestsIn = (path: string): Manifest[] =>
  parseAllDocuments(readText(path)).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!
    return document.toJS() as Manifest
  })

/** Everything in deploy/k8s, by file. */
export const manifests = (): Map<string, Manifest[]> =>
  new Map(readdirSync(join(root, 'deploy/k8s')).map((file) => [file, manifestsIn(`deploy/k8s/${file}`)]))

export function kubernetesProcesses(): DeployedProcess[] {
  const all = [...manifests().values()].flat()
  const shared = all.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }))
  return all
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ metadata, spec }) => {
      const { containers, terminationGracePeriodSeconds = 30 } = spec!.template!.spec
      return {
        name: metadata.name,
        command: containers[0]!.args.join(' '),
        variables: [...shared, ...(containers[0]!.env ?? []).map(({ name }) => name)],
        stopSeconds: terminationGracePeriodSeconds,
      }
    })
}

export const unitFiles = (): string[] => readdirSync(join(root, 'deploy/systemd'))

export function systemdProcesses(): DeployedProcess[] {
  return unitFiles()
    .filter((file) => file.endsWith('.service'))
    .map((file) => {
      const text = readText(`deploy/systemd/${file}`)
      const [, command = ''] = /^ExecStart=\/usr\/bin\/(.*)$/m.exec(text) ?? []
      return {
        name: file.replace(/^tidegauge-(\w+)@?\.service$/, '$1'),
        command,
        variables: [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name!),
        stopSeconds: Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1] ?? 90),
      }
    })
}
