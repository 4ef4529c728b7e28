/**
 * What must be decided at one instant runs inside Redis, on Redis's clock. Every script takes the same keys:
 * the log, the state and the waiting sets from the first lane to the last.
 */

const now = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
`

/**
 * May one more call be made? ARGV: calls, window with margin (ms), lane (1 = first), ticket or '', grace (ms),
 * probe lease (ms), 1 = a lost log counts as spent, budget as text, delay (ms).
 *
 * A Redis that restarted may have lost the newest admissions, and one whose clock stepped back has them in the future:
 * what the log lacks then counts as admitted just now.
 * Until its call is settled a slot counts as if the call arrived with the delay: its process may die under way.
 * A free slot belongs to those who wait in an earlier lane, except that every lane may have a tenth of the window.
 * The wait returned is the time until the slot falls free that this ticket's place in the line entitles it to. A place
 * beyond one window means little (others may give up before), so it is taken modulo the window: every slot has somebody
 * who comes for it, and whoever comes in vain is the next in line.
 */
export const askScript = `${now}
local calls, window, lane, ticket = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local grace, lease = tonumber(ARGV[5]), tonumber(ARGV[6])
local log, state = KEYS[1], KEYS[2]

redis.call('ZREMRANGEBYSCORE', log, '-inf', now - window)
local steppedBack = redis.call('ZREMRANGEBYSCORE', log, now + tonumber(ARGV[9]) + 1000, '+inf') > 0
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or 'unknown'
if steppedBack or redis.call('HGET', state, 'run') ~= run then
  redis.call('HSET', state, 'run', run, 'budget', ARGV[8])
  if ARGV[7] == '1' then
    for i = redis.call('ZCARD', log) + 1, calls do redis.call('ZADD', log, now, 'lost:' .. run .. ':' .. i) end
    redis.call('PEXPIRE', log, math.ceil(2 * window))
  end
end

local gate = redis.call('HMGET', state, 'pausedUntil', 'openUntil', 'probeUntil', 'budget')
if gate[4] ~= ARGV[8] then redis.call('HSET', state, 'budget', ARGV[8]) end
local pausedUntil, openUntil, probeUntil = tonumber(gate[1] or 0), tonumber(gate[2] or 0), tonumber(gate[3] or 0)
if pausedUntil > now then return { 0, tostring(pausedUntil - now), 'rate-limited' } end
if openUntil > now then return { 0, tostring(openUntil - now), 'circuit-open' } end
if openUntil > 0 and probeUntil > now then return { 0, tostring(probeUntil - now), 'circuit-open' } end

local earlier = 0
for i = 1, lane do
  redis.call('ZREMRANGEBYSCORE', KEYS[2 + i], '-inf', now)
  if i < lane then earlier = earlier + redis.call('ZCARD', KEYS[2 + i]) end
end

local spent = redis.call('ZCARD', log)
local free = calls - spent
if earlier > 0 and free <= earlier then
  local own = 0
  for _, member in ipairs(redis.call('ZRANGE', log, 0, -1)) do
    if string.sub(member, 1, 2) == lane .. ':' then own = own + 1 end
  end
  if own < math.max(1, math.floor(calls / 10)) then earlier = 0 end
end

if free > earlier then
  local slot = lane .. ':' .. redis.call('HINCRBY', state, 'sequence', 1)
  redis.call('ZADD', log, now + tonumber(ARGV[9]), slot)
  redis.call('PEXPIRE', log, math.ceil(2 * window + tonumber(ARGV[9])))
  redis.call('ZREM', KEYS[2 + lane], ticket)
  if openUntil > 0 then redis.call('HSET', state, 'probeUntil', now + lease) end
  return { 1, slot, '' }
end

local ahead = redis.call('ZRANK', KEYS[2 + lane], ticket) or redis.call('ZCARD', KEYS[2 + lane])
local place = (earlier + ahead - free) % calls
local oldest = redis.call('ZRANGE', log, place, place, 'WITHSCORES')[2] or now
local wait = oldest + window - now
if ticket ~= '' then
  redis.call('ZADD', KEYS[2 + lane], now + wait + grace, ticket)
  redis.call('PEXPIRE', KEYS[2 + lane], math.ceil(2 * window + grace))
end
return { 0, tostring(math.max(1, wait)), 'budget-spent' }
`

/** ARGV: slot. */
export const giveBackScript = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], 'probeUntil')
return 1
`

/** ARGV: slot, by how much it counts later than it did (ms, mostly negative). */
export const settleScript = `
redis.call('ZADD', KEYS[1], 'XX', 'INCR', ARGV[2], ARGV[1])
return 1
`

/** One good answer closes the circuit and forgets what was counted against the source. */
export const successScript = `${now}
redis.call('HDEL', KEYS[2], 'failures', 'throttles', 'opens', 'openUntil', 'probeUntil')
redis.call('HSET', KEYS[2], 'lastSuccessAt', now)
return 1
`

/**
 * ARGV: pause (ms the upstream asked for, or -1), 1 = the source refused for its rate, failures in a row that open
 * the circuit, base and cap of the backoff (ms), a random number of [0, 1), message.
 *
 * Backoff is exponential with full jitter; a pause that the upstream named is kept to the millisecond, never shortened.
 */
export const failureScript = `${now}
local state = KEYS[2]
local pause, throttled = tonumber(ARGV[1]), ARGV[2] == '1'
local threshold, base, cap, random = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local function backoff(count) return random * math.min(cap, base * 2 ^ math.min(count, 30)) end

redis.call('HSET', state, 'lastError', ARGV[7], 'lastErrorAt', now)
if throttled then
  local throttles = redis.call('HINCRBY', state, 'throttles', 1)
  if pause < 0 then pause = backoff(throttles) end
  redis.call('HDEL', state, 'failures', 'opens', 'openUntil', 'probeUntil')
end
if pause > 0 then
  redis.call('HSET', state, 'pausedUntil', math.max(now + pause, tonumber(redis.call('HGET', state, 'pausedUntil') or 0)))
end
if not throttled then
  local failures = redis.call('HINCRBY', state, 'failures', 1)
  local probing = tonumber(redis.call('HGET', state, 'openUntil') or 0) > 0
  if probing or failures >= threshold then
    local opens = redis.call('HINCRBY', state, 'opens', 1)
    redis.call('HSET', state, 'openUntil', now + base / 2 + backoff(opens), 'failures', 0)
    redis.call('HDEL', state, 'probeUntil')
  end
end
return 1
`

/** Read-only. ARGV: window (ms). Returns the clock, the calls of the last window and the state's fields. */
export const readScript = `${now}
return { tostring(now), redis.call('ZCOUNT', KEYS[1], '(' .. (now - tonumber(ARGV[1])), '+inf'), redis.call('HGETALL', KEYS[2]) }
`
