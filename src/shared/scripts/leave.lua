-- ARGV: most, owner, generation that was not spent after all, and value and life of failure, hold and pause.
if redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[2])
  if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 's') == ARGV[3] then redis.call('HDEL', KEYS[1], 's') end
  if ARGV[4] ~= '' then redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5]) end
end
if ARGV[6] ~= '' then redis.call('SET', KEYS[5], ARGV[6], 'PX', ARGV[7]) end
if ARGV[8] ~= '' and redis.call('PTTL', KEYS[6]) < tonumber(ARGV[9]) then
  redis.call('SET', KEYS[6], ARGV[8], 'PX', ARGV[9])
end
return 1
