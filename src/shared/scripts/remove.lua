-- ARGV: most, life of the numbers, the generation that it is about alone.
local record = redis.call('HMGET', KEYS[1], 'g', 'v')
if ARGV[3] ~= '' then
  if record[1] ~= ARGV[3] then return 0 end
  return redis.call('DEL', KEYS[1])
end
-- Its number alone stays: what is being asked for now is not written after this.
local number = draw(ARGV[2])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4], KEYS[5])
redis.call('HSET', KEYS[1], 'g', number)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return record[2] and 1 or 0
