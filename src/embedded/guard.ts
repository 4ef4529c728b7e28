import { spawn } from 'node:child_process'

/**
 * Waits for the end of a pipe from us, which also ends when we are killed with -9; then asks the processes of the
 * last line it read to end, gives them ten seconds, and ends the services, which they need until then.
 */
const script = `
trap '' HUP INT TERM
while read -r line; do last=$line; done
apps=\${last%|*}; services=\${last#*|}
tell() { signal=$1; shift; for pid; do kill -s "$signal" "$pid" && told=yes; done; }
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
  /** @param kind `app` processes end before the `service` processes that they work on. */
  watch(kind: 'app' | 'service', pid: number): void
  release(pid: number): void
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
    const of = (kind: 'app' | 'service') =>
      [...watched].flatMap(([pid, its]) => (its === kind ? [pid] : [])).join(' ')
    shell.stdin.write(`${of('app')}|${of('service')}\n`)
  }
  return {
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
