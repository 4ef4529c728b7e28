import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../config.ts'

const execute = promisify(execFile)

export interface UnpackedPackages {
  /** For `LD_LIBRARY_PATH`. */
  readonly libraryPath: string
  readonly isNew: boolean
}

/**
 * Downloads packages, and what this system lacks of their dependencies, from the system's own sources with its own
 * checks of signatures, and unpacks them into a folder: no root, nothing installed, none of apt's own files touched.
 * @param folder made here, unless it was made earlier: then it is taken as it is.
 * @param searchPath where the programs of apt and dpkg are, in the form of `PATH`.
 * @throws what apt or dpkg says, when it fails.
 */
export async function unpackDebianPackages(
  packages: readonly string[],
  folder: string,
  searchPath: string,
): Promise<UnpackedPackages> {
  if (existsSync(folder)) return { libraryPath: libraryPathOf(folder), isNew: false }
  mkdirSync(dirname(folder), { recursive: true })
  const work = mkdtempSync(`${folder}-`)
  const run = (program: string, words: readonly string[]) =>
    execute(program, words, { env: childEnvironment({ PATH: searchPath, LC_ALL: 'C' }) })
  try {
    const fresh = join(work, 'root')
    for (const archive of await download(packages, work, run)) await run('dpkg-deb', ['-x', archive, fresh])
    renameSync(fresh, folder)
  } catch (error) {
    // Another instance may have been faster.
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { libraryPath: libraryPathOf(folder), isNew: true }
}

type Run = (program: string, words: readonly string[]) => Promise<unknown>

async function download(packages: readonly string[], work: string, run: Run): Promise<string[]> {
  for (const dir of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, dir), { recursive: true })
  const file = join(work, 'apt.conf')
  writeFileSync(file, privateSettings(work))
  // A source that is away makes `update` fail; what matters is whether the packages can be had all the same.
  const updateFault = await run('apt-get', ['-c', file, '-q', 'update']).then(
    () => undefined,
    (error: unknown) => error,
  )
  const words = ['-q', '-y', '--no-install-recommends', '--reinstall', '--download-only', 'install']
  await run('apt-get', ['-c', file, ...words, ...packages]).catch((error: unknown) => {
    throw updateFault ?? error
  })
  const archives = join(work, 'cache', 'archives')
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name))
}

/** Lists and downloads of our own, no locks on the system's, and none of the hooks that the system has set up. */
const privateSettings = (work: string) => `
Dir::State::Lists "${work}/lists";
Dir::Cache "${work}/cache";
Dir::Cache::Archives "archives";
Debug::NoLocking "true";
Acquire::Languages "none";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
Acquire::Retries "1";
APT::Sandbox::User "";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
`

/** Debian puts libraries into a folder per machine type, such as `usr/lib/x86_64-linux-gnu`. */
function libraryPathOf(root: string): string {
  return ['lib', 'usr/lib']
    .map((dir) => join(root, dir))
    .filter((dir) => existsSync(dir))
    .flatMap((dir) => [dir, ...subfoldersOf(dir)])
    .join(':')
}

function subfoldersOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name))
}
