-- ARGV: most, generation, value, life.
local record = redis.call('HMGET', KEYS[1], 'g', 's')
if record[1] ~= ARGV[2] or record[2] or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
