local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The number of the next turn: larger than every one before, also where the store has forgotten them.
local function draw(life)
  local fence = redis.call('INCR', KEYS[3])
  if fence < now() then
    fence = now()
    redis.call('SET', KEYS[3], string.format('%.0f', fence))
  end
  redis.call('PEXPIRE', KEYS[3], life)
  return string.format('%.0f', fence)
end
