import { readFileSync } from 'node:fs'

/** The text of os-release(5), empty where a system has none. */
export function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** A word for this release and machine, such as `debian12-x64`: what was built for one may not run on another. */
export function releaseName(osRelease = readOsRelease()): string {
  return `${fieldOf(osRelease, 'ID')}${fieldOf(osRelease, 'VERSION_ID')}-${process.arch}`
}

const redisPackages: readonly (readonly [system: RegExp, command: string])[] = [
  [/debian|ubuntu/, 'sudo apt-get install redis-server'],
  [/fedora|rhel|centos/, 'sudo dnf install valkey'],
  [/alpine/, 'apk add redis'],
  [/arch/, 'sudo pacman -S valkey'],
  [/suse/, 'sudo zypper install redis'],
]

/** How to install Redis here, in words that follow "install one with". */
export function redisInstallCommand(osRelease = readOsRelease(), platform = process.platform): string {
  if (platform === 'darwin') return '"brew install redis"'
  const ids = `${fieldOf(osRelease, 'ID')} ${fieldOf(osRelease, 'ID_LIKE')}`
  const command = redisPackages.find(([system]) => system.test(ids))?.[1]
  return command === undefined ? "this system's package manager" : `"${command}"`
}

function fieldOf(osRelease: string, name: string): string {
  return new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(osRelease)?.[1] ?? ''
}
