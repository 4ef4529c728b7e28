import { spawn } from 'node:child_process'
import type { Home } from './home.ts'
import { identityOf, waitForEnd } from './processes.ts'

/**
 * Waits for the end of a pipe from us, which also ends when we are killed with -9; then asks the processes of the
 * last line it read to end, gives them ten seconds, and ends the services, which they need until then.
 */
const script = `
trap '' HUP INT TERM
while read -r line; do last=$line; done
apps=\${last%|*}; services=\${last#*|}
tell() { signal=$1; shift; for target; do kill -s "$signal" -- "$target" && told=yes; done; }
tell TERM $apps
for second in 1 2 3 4 5 6 7 8 9 10; do
  told=; tell 0 $apps
  [ -n "$told" ] || break
  sleep 1
done
tell KILL $apps
tell INT $services
`

/** Ends what this process started if this process is killed without a chance to do so itself. */
export interface Guard extends Disposable {
  readonly pid: number | undefined
  /** @param kind an `app`, which leads a group that ends with it, ends before the `service`s that it works on. */
  watch(kind: 'app' | 'service', pid: number): void
  release(pid: number): void
}

const FORMER_GUARD_WITHIN_MS = 30_000

/** The guard of a home. One that is still tidying up after a killed run would end what this run takes over. */
export async function guardHome(home: Home): Promise<Guard> {
  const former = home.guard()
  if (former !== undefined) await waitForEnd(former, FORMER_GUARD_WITHIN_MS)
  const guard = startGuard()
  home.saveGuard(guard.pid === undefined ? undefined : identityOf(guard.pid))
  return guard
}

export function startGuard(): Guard {
  // A session of its own: a Ctrl-C or a kill of our process group does not reach it.
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  shell.unref()
  // A second line of defence: the service runs on without it, so its death must not end us.
  const ignore = () => undefined
  shell.on('error', ignore)
  shell.stdin.on('error', ignore)
  const watched = new Map<number, 'app' | 'service'>()
  const tell = () => {
    const of = (kind: 'app' | 'service') => [...watched].flatMap(([pid, its]) => (its === kind ? [pid] : []))
    const groups = of('app').map((pid) => -pid)
    shell.stdin.write(`${groups.join(' ')}|${of('service').join(' ')}\n`)
  }
  return {
    pid: shell.pid,
    watch(kind, pid) {
      watched.set(pid, kind)
      tell()
    },
    release(pid) {
      watched.delete(pid)
      tell()
    },
    [Symbol.dispose]() {
      shell.stdin.end('|\n')
    },
  }
}
