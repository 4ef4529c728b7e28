import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'
import type { RequestHandler } from 'express'

const self = ["'self'"]

/** Scripts, styles, fonts and connections of this server only, nothing inline, no frames. */
export const securityHeaders: RequestHandler = always(
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: self,
        fontSrc: self,
        imgSrc: ["'self'", 'data:'],
        connectSrc: self,
        manifestSrc: self,
        formAction: self,
        baseUri: self,
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
  }),
)

/** The headers that Helmet sets are the same for every answer, so it is asked once. */
function always(helmets: ReturnType<typeof helmet>): RequestHandler {
  const sample = new ServerResponse(new IncomingMessage(new Socket()))
  helmets(sample.req, sample, () => undefined)
  const headers = Object.entries(sample.getHeaders()) as [string, string][]
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}
