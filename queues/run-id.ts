import { createHash } from 'node:crypto'

const namespace = Buffer.from('6f1c2f3e9a5b4d0c8e7f1a2b3c4d5e6f', 'hex')

/** A uuid v5 (RFC 9562): the same text gives the same run on every machine and attempt. */
export function runIdFrom(text: string): string {
  const bytes = createHash('sha1').update(namespace).update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** What BullMQ names a job that a schedule made. */
const scheduledPrefix = 'repeat:'

export const isScheduledJob = (bullJobId: string): boolean => bullJobId.startsWith(scheduledPrefix)

/** The run that a job in Redis belongs to: submitted jobs carry its id, scheduled ones a name of their own. */
export const runIdOf = (bullJobId: string): string =>
  isScheduledJob(bullJobId) ? runIdFrom(bullJobId) : bullJobId
