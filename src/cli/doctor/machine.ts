import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../config.ts'
import { isPortFree } from '../../embedded/free-port.ts'
import type { Addresses } from '../surroundings.ts'
import { fault, type Finding, ok, skipped, warning } from './check.ts'

const leastNode = [20, 19] as const
const scarceBytes = 1 << 30

/** The machine itself: Node, disk, port, and who may read our secrets. */
export async function examineMachine(config: Config, addresses: Addresses): Promise<Finding[]> {
  return [
    examineNode(process.versions.node),
    examineDisk(config.homeDir),
    await examinePort(config, addresses),
    ...examineSecrets(config.homeDir),
  ]
}

export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
  if (isEnough) return ok('Node', version)
  return fault(
    'Node',
    version,
    `Install Node ${leastNode.join('.')} or newer, for instance from https://nodejs.org`,
  )
}

function examineDisk(homeDir: string): Finding {
  const { bavail, bsize } = statfsSync(nearestFolder(homeDir))
  const free = bavail * bsize
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free for ${homeDir}`
  if (free >= scarceBytes) return ok('Disk', found)
  return warning('Disk', found, 'Free some space, or point TIDEGAUGE_HOME at a larger disk')
}

async function examinePort({ http: { host, port } }: Config, addresses: Addresses): Promise<Finding> {
  if (addresses.isInstanceRunning) return ok('Port', `Tidegauge runs at ${addresses.apiUrl}`)
  try {
    if (await isPortFree(host, port)) return ok('Port', `${port} on ${host} is free`)
  } catch (error) {
    const found = `cannot listen on ${host}:${port} (${(error as NodeJS.ErrnoException).code})`
    return fault('Port', found, 'Give an address of this machine in HOST and a port above 1023 in PORT')
  }
  return fault(
    'Port',
    `${port} on ${host} is taken`,
    'Stop what listens there, or choose another port with --port or PORT',
  )
}

/** Files that hold passwords or keys are for their owner only. */
function examineSecrets(homeDir: string): Finding[] {
  const files = [join(homeDir, 'services.json'), join(homeDir, 'instance.json'), '.env'].filter(existsSync)
  if (files.length === 0) return [skipped('Secrets', 'no file holds any yet')]
  return files.map((file) => {
    const mode = statSync(file).mode & 0o777
    const found = `${file} has mode ${mode.toString(8).padStart(4, '0')}`
    if ((mode & 0o077) === 0) return ok('Secrets', found)
    return warning('Secrets', found, `Others can read it: chmod 600 ${file}`)
  })
}

function nearestFolder(dir: string): string {
  return existsSync(dir) ? dir : nearestFolder(dirname(dir))
}
