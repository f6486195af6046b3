-- ARGV: most, owner, generation that was not spent after all, value and life of failure, then of hold and of pauses: what was
-- seen, value and life.
if redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[2])
  if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 's') == ARGV[3] then redis.call('HDEL', KEYS[1], 's') end
  if ARGV[4] ~= '' then redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5]) end
end
replace(KEYS[5], ARGV[6], ARGV[7], ARGV[8])
replace(KEYS[6], ARGV[9], ARGV[10], ARGV[11])
return 1
