-- KEYS: record, lock, fence, failure, hold, pause, mark.  ARGV[1]: the most bytes that a value may have.
local most = tonumber(ARGV[1])

-- What is too long is nobody's of ours.
local function text(key)
  if redis.call('STRLEN', key) > most then return '!' end
  return redis.call('GET', key)
end

local function field(name, length)
  if redis.call('HSTRLEN', KEYS[1], name) > length then return '!' end
  return redis.call('HGET', KEYS[1], name)
end

-- Neither is a lock without an end.
local function lock()
  local is_locked = redis.call('STRLEN', KEYS[2]) > 0
  if is_locked and redis.call('PTTL', KEYS[2]) == -1 then return '!' end
  return is_locked and '1' or false
end

local function seen()
  return {
    now(), field('g', 20), field('s', 20), field('v', most), lock(), text(KEYS[3]), text(KEYS[4]), text(KEYS[5]), text(KEYS[6]),
    text(KEYS[7])
  }
end
