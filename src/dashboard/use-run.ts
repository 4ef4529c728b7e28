import { useEffect, useState } from 'preact/hooks'
import type { Run } from './api.ts'

const againAfterMs = 3000

/** A run, live: the server sends it after every change, and once more when it has ended. */
export function useRun(id: string, onEnd: () => void): { run: Run | undefined; isLive: boolean } {
  const [run, setRun] = useState<Run>()
  const [isLive, setIsLive] = useState(true)
  useEffect(() => {
    let stream: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    const follow = (): void => {
      stream = new EventSource(`/jobs/${id}/events`)
      stream.addEventListener('run', ({ data }: MessageEvent<string>) => setRun(JSON.parse(data) as Run))
      stream.addEventListener('end', ({ data }: MessageEvent<string>) => {
        setRun(JSON.parse(data) as Run)
        stream.close()
        onEnd()
      })
      stream.addEventListener('open', () => setIsLive(true))
      stream.addEventListener('error', () => {
        setIsLive(false)
        // Browsers connect again after a broken connection, and never after a refusal, such as 503 while Postgres is away.
        if (stream.readyState === EventSource.CLOSED) timer = setTimeout(follow, againAfterMs)
      })
    }
    follow()
    return () => {
      stream.close()
      clearTimeout(timer)
    }
  }, [id])
  return { run, isLive }
}
