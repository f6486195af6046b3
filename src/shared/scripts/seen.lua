-- KEYS: record, lock, fence, failure, hold, pause, mark.  ARGV[1]: the most bytes that a value may have.
local most = tonumber(ARGV[1])

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- What is too long is nobody's of ours.
local function text(key)
  if redis.call('STRLEN', key) > most then return '!' end
  return redis.call('GET', key)
end

local function value()
  if redis.call('HSTRLEN', KEYS[1], 'v') > most then return '!' end
  return redis.call('HGET', KEYS[1], 'v')
end

local function seen()
  local record = redis.call('HMGET', KEYS[1], 'g', 's')
  return {
    now(), record[1], record[2], value(), redis.call('EXISTS', KEYS[2]), text(KEYS[3]), text(KEYS[4]), text(KEYS[5]),
    text(KEYS[6]), text(KEYS[7])
  }
end
