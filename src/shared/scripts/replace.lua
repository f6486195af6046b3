-- Another value, or none, in the place of the one that was seen. One that has come meanwhile stays.
local function replace(key, seen, value, life)
  if (redis.call('GET', key) or '') ~= seen then return end
  if value ~= '' then redis.call('SET', key, value, 'PX', life) elseif seen ~= '' then redis.call('DEL', key) end
end
