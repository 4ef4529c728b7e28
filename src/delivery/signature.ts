import { createHmac } from 'node:crypto'

/**
 * The headers that let a receiver check who sent a body and when: `Tidegauge-Signature` is
 * `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" under the channel's secret>`.
 */
export function signatureHeaders(body: string, secret: string, now: Date): Record<string, string> {
  const seconds = Math.floor(now.getTime() / 1000)
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return { 'Tidegauge-Signature': `t=${seconds},v1=${digest}` }
}
