import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { Gauge } from 'prom-client'

/**
 * Streams ready-made frames until they end or the client is gone. A client that reads slowly is sent the next frame once it
 * has taken the last.
 * @param open counts the streams that are open
 */
export async function sendEvents(res: Response, frames: AsyncIterable<string>, open: Gauge): Promise<void> {
  // no-transform keeps proxies and gzip from holding frames back.
  res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' }).flushHeaders()
  if (res.req.method === 'HEAD') {
    res.end()
    return
  }
  open.inc()
  try {
    await pipeline(frames, res)
  } catch (error) {
    if (!isGone(error)) throw error
  } finally {
    open.dec()
  }
}

const isGone = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE'
