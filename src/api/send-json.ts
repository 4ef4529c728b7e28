import type { Response } from 'express'
import type { PackedJson } from './packed-json.ts'

/** Sends JSON with its ETag, packed where it is large and the client can unpack it; 304 to a client that has it already. */
export function sendJson(res: Response, { plain, bytes, gzipped, etag }: PackedJson): void {
  // Kept by the client, and asked about each time.
  res.setHeader('Cache-Control', 'private, no-cache')
  res.setHeader('ETag', etag)
  res.setHeader('Vary', 'Accept-Encoding')
  if (res.req.fresh) {
    res.status(304).end()
    return
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  // Of an answer to HEAD, Node sends the headers only. A text goes out in one piece with them.
  if (gzipped !== undefined && res.req.acceptsEncodings(['gzip', 'identity']) === 'gzip') {
    res.setHeader('Content-Encoding', 'gzip')
    res.setHeader('Content-Length', gzipped.length)
    res.end(gzipped)
  } else {
    res.setHeader('Content-Length', bytes)
    res.end(plain)
  }
}
