import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, expect, it } from 'vitest'
import { cloneDatabase } from '../support/database.ts'
import { playRound } from '../support/platform-round.ts'
import { startRedisServer } from '../support/redis-servers.ts'

const { db, url: databaseUrl } = await cloneDatabase()
const server = await startRedisServer()
afterAll(() => server[Symbol.asyncDispose]())

/** The words after `ACL SETUSER tidegauge on >PASSWORD` in docs/redis.md, exactly as they are there. */
const documented = /ACL SETUSER tidegauge on >PASSWORD ([^`]+?)```/
  .exec(readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8'))![1]!
  .replaceAll('\\', ' ')
  .trim()
  .split(/\s+/)

it(
  'S3: the platform works under the documented user, who may do nothing else',
  { timeout: 90_000 },
  async () => {
    await server.admin.call('ACL', 'SETUSER', 'tidegauge', 'on', '>secret', ...documented)
    await server.admin.call('ACL', 'LOG', 'RESET')
    const redisUrl = `redis://tidegauge:secret@127.0.0.1:${server.port}`
    await playRound(db, { databaseUrl, redisUrl, prefix: '{tidegauge}' })
    expect(await server.admin.call('ACL', 'LOG')).toEqual([])

    const user = new Redis(redisUrl)
    const refused: [string, ...string[]][] = [
      ['FLUSHALL'],
      ['FLUSHDB'],
      ['CONFIG', 'GET', '*'],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['SHUTDOWN'],
      ['ACL', 'LIST'],
      ['MONITOR'],
      ['SLAVEOF', 'NO', 'ONE'],
      ['SCRIPT', 'FLUSH'],
      ['GET', 'another:key'],
      ['SET', '{tidegauge2}:key', '1'],
      ['EVAL', "return redis.call('GET', 'another:key')", '0'],
      ['EVAL', "return redis.call('FLUSHALL')", '0'],
    ]
    for (const [command, ...words] of refused)
      await expect(user.call(command, ...words), command).rejects.toThrow(
        /NOPERM|The user executing the script/,
      )
    await user.quit()
  },
)
