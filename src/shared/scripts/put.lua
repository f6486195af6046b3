-- ARGV: most, owner, fence, generation that it follows, value, life, whether the hold is over.
local generation = redis.call('HGET', KEYS[1], 'g')
-- An older one is that of a store which has lost its last writes.
local number = tonumber(generation or 0)
local is_late = number > tonumber(ARGV[4] ~= '' and ARGV[4] or 0) or number > tonumber(ARGV[3])
if not is_late then
  redis.call('HSET', KEYS[1], 'g', ARGV[3], 'v', ARGV[5])
  redis.call('HDEL', KEYS[1], 's')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('DEL', KEYS[4])
end
if ARGV[7] == '1' then redis.call('DEL', KEYS[5]) end
if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
return is_late and 0 or 1
