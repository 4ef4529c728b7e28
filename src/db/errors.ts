/** SQLSTATE classes and codes of a server that is away, starting, stopping, or out of connections, memory or disk. */
const awayCodes = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53100',
  '53200',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
])
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|the database system is/i

/** Whether Postgres could not be reached or has no room, as opposed to having refused the statement. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return awayCodes.has(code) || code.startsWith('08') || awayMessages.test(error.message)
}
