import helmet from 'helmet'
import type { RequestHandler } from 'express'

const self = ["'self'"]

/** Scripts, styles, fonts and connections of this server only, nothing inline, no frames. */
export const securityHeaders: RequestHandler = helmet({
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
})
