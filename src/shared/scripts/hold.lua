-- Another hold, or none, in the place of the one that was seen. One that has come meanwhile stays.
local function replace_hold(seen, hold, life)
  if (redis.call('GET', KEYS[5]) or '') ~= seen then return end
  if hold ~= '' then redis.call('SET', KEYS[5], hold, 'PX', life) else redis.call('DEL', KEYS[5]) end
end
