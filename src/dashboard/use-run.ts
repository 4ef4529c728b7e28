import { useEffect, useState } from 'preact/hooks'
import type { Run } from './api.ts'

/** A run, live: the server sends it after every change, and once more when it has ended. */
export function useRun(id: string, onEnd: () => void): { run: Run | undefined; isLive: boolean } {
  const [run, setRun] = useState<Run>()
  const [isLive, setIsLive] = useState(true)
  useEffect(() => {
    const stream = new EventSource(`/jobs/${id}/events`)
    stream.addEventListener('run', ({ data }: MessageEvent<string>) => setRun(JSON.parse(data) as Run))
    stream.addEventListener('end', ({ data }: MessageEvent<string>) => {
      setRun(JSON.parse(data) as Run)
      stream.close()
      onEnd()
    })
    stream.addEventListener('open', () => setIsLive(true))
    stream.addEventListener('error', () => setIsLive(false))
    return () => stream.close()
  }, [id])
  return { run, isLive }
}
