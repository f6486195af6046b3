-- ARGV: most, owner, fence, generation that it follows, value, life, hold that was seen, what becomes of it, and its life.
-- An older generation is that of a store which has lost its last writes; its own was written before, and its answer was lost.
local number = tonumber(redis.call('HGET', KEYS[1], 'g') or 0)
local follows, own = tonumber(ARGV[4] ~= '' and ARGV[4] or 0), tonumber(ARGV[3])
local is_there = number == own
local is_late = not is_there and (number > follows or number > own)
if not is_there and not is_late then
  redis.call('HSET', KEYS[1], 'g', ARGV[3], 'v', ARGV[5])
  redis.call('HDEL', KEYS[1], 's')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('DEL', KEYS[4])
end
replace(KEYS[5], ARGV[7], ARGV[8], ARGV[9])
if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
return is_late and 0 or 1
