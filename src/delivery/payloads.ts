import type { AlertLevel } from '../alerts/decide.ts'

/** What is told of an alert. */
export interface AlertNotice {
  readonly deliveryId: string
  readonly alertId: string
  /** `raised`, or `worsened to high`. */
  readonly event: string
  /** What it is about; `drift` tells of a model and not of one protocol. */
  readonly kind: 'anomaly' | 'risk' | 'drift'
  readonly protocolId: string
  readonly protocolName: string
  readonly level: AlertLevel
  readonly score: number
  readonly message: string
  readonly details: Record<string, unknown>
  readonly raisedAt: Date
}

export const titleOf = ({ kind, protocolName, level, event }: AlertNotice): string =>
  `${level.toUpperCase()} ${kind}: ${protocolName} (${event})`

const colours: Readonly<Record<AlertLevel, number>> = { low: 0x3b82f6, medium: 0xf59e0b, high: 0xdc2626 }

/** For programs: everything, in the API's spelling. */
export function webhookPayload(notice: AlertNotice): Record<string, unknown> {
  return {
    id: notice.deliveryId,
    type: 'alert',
    event: notice.event,
    alert: {
      id: notice.alertId,
      kind: notice.kind,
      protocol_id: notice.protocolId,
      protocol_name: notice.protocolName,
      level: notice.level,
      score: notice.score,
      message: notice.message,
      details: notice.details,
      raised_at: notice.raisedAt.toISOString(),
    },
  }
}

/** Slack's incoming webhooks: `text` is the fallback of notifications, `blocks` is what is shown. */
export function slackPayload(notice: AlertNotice): Record<string, unknown> {
  const title = escapeSlack(titleOf(notice))
  const body = escapeSlack(notice.message)
  return {
    text: `${title}: ${body}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${title}*\n${body}` } },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: `score ${notice.score.toFixed(2)} · ${notice.raisedAt.toISOString()}` },
        ],
      },
    ],
  }
}

/** The three characters that Slack's markup gives a meaning. */
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Discord's webhooks; nobody is mentioned, whatever a protocol calls itself. */
export function discordPayload(notice: AlertNotice): Record<string, unknown> {
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: titleOf(notice).slice(0, 256),
        description: notice.message.slice(0, 4096),
        color: colours[notice.level],
        timestamp: notice.raisedAt.toISOString(),
        fields: [{ name: 'Score', value: notice.score.toFixed(2), inline: true }],
      },
    ],
  }
}
