import { createTransport } from 'nodemailer'
import { type AlertNotice, titleOf } from './payloads.ts'
import { DeliveryError } from './post-json.ts'

export interface MailOptions {
  /** `smtp://user:password@host:587` or `smtps://…`; undefined where none is configured. */
  readonly smtpUrl: string | undefined
  readonly from: string
}

/** @throws DeliveryError */
export async function sendMail(
  to: string,
  notice: AlertNotice,
  { smtpUrl, from }: MailOptions,
): Promise<void> {
  if (smtpUrl === undefined)
    throw new DeliveryError('SMTP_URL: not set; e-mail cannot be sent without a mail server', {
      isFinal: true,
    })
  const transport = createTransport(smtpUrl, { from })
  try {
    await transport.sendMail({
      to,
      subject: titleOf(notice),
      text: [
        notice.message,
        '',
        `Protocol: ${notice.protocolName} (${notice.protocolId})`,
        `Score: ${notice.score.toFixed(2)}`,
        `Raised: ${notice.raisedAt.toISOString()}`,
        `Alert: ${notice.alertId}`,
      ].join('\n'),
    })
  } catch (cause) {
    throw new DeliveryError(cause instanceof Error ? cause.message : String(cause), { cause })
  } finally {
    transport.close()
  }
}
