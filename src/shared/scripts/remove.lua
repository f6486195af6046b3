-- ARGV: most, life of the numbers, the generation that it is about alone.
-- The lock stays with who has it.
local record = redis.call('HMGET', KEYS[1], 'g', 'v')
if ARGV[3] ~= '' and record[1] ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[3] == '' then
  redis.call('DEL', KEYS[4], KEYS[5])
  -- Its number alone: what was asked for before is not written after this.
  redis.call('HSET', KEYS[1], 'g', draw(ARGV[2]))
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return record[2] and 1 or 0
