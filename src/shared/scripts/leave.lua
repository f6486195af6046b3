-- ARGV: most, owner, generation that was not spent after all, value and life of failure, hold that was seen, value and life of
-- hold and of pause.
if redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[2])
  if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 's') == ARGV[3] then redis.call('HDEL', KEYS[1], 's') end
  if ARGV[4] ~= '' then redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5]) end
end
replace_hold(ARGV[6], ARGV[7], ARGV[8])
if ARGV[9] ~= '' and redis.call('PTTL', KEYS[6]) < tonumber(ARGV[10]) then
  redis.call('SET', KEYS[6], ARGV[9], 'PX', ARGV[10])
end
return 1
