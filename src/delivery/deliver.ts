import type { AlertNotice } from './payloads.ts'
import { discordPayload, slackPayload, webhookPayload } from './payloads.ts'
import { postJson } from './post-json.ts'
import { type MailOptions, sendMail } from './send-mail.ts'
import { signatureHeaders } from './signature.ts'

export interface Channel {
  readonly kind: 'webhook' | 'slack' | 'discord' | 'email'
  /** A URL, or an e-mail address. */
  readonly target: string
  /** Signs what goes to a webhook. */
  readonly secret: string | null
}

export interface DeliveryOptions {
  readonly mail: MailOptions
  readonly allowsPrivate: boolean
  readonly signal: AbortSignal
  readonly now: Date
}

/**
 * Tells one channel of an alert.
 * @returns the receiver's HTTP status; null for e-mail
 * @throws DeliveryError
 */
export async function deliver(
  channel: Channel,
  notice: AlertNotice,
  options: DeliveryOptions,
): Promise<number | null> {
  const post = (payload: Record<string, unknown>, secret: string | null): Promise<number> => {
    const body = JSON.stringify(payload)
    const headers = secret === null ? {} : signatureHeaders(body, secret, options.now)
    return postJson(channel.target, body, { ...options, headers })
  }
  switch (channel.kind) {
    case 'webhook':
      return post(webhookPayload(notice), channel.secret)
    case 'slack':
      return post(slackPayload(notice), null)
    case 'discord':
      return post(discordPayload(notice), null)
    case 'email':
      await sendMail(channel.target, notice, options.mail)
      return null
  }
}
