-- ARGV: most, owner, life of the lock, life of the numbers, known generation, known failure, generation to be spent,
-- own mark, other mark that will do.
local mark = text(KEYS[7])
local generation = redis.call('HGET', KEYS[1], 'g') or ''
local failure = text(KEYS[4]) or ''
local is_strange = mark and mark ~= ARGV[8] and mark ~= ARGV[9]
-- Whoever has not seen what there is now looks at it first.
if is_strange or generation ~= ARGV[5] or failure ~= ARGV[6] then return {'', '', seen()} end
if not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return {'', '', seen()} end
redis.call('SET', KEYS[7], ARGV[8], 'PX', ARGV[4])
-- Larger than every number before, also where the store has forgotten them.
local fence = redis.call('INCR', KEYS[3])
if fence < now() then
  fence = now()
  redis.call('SET', KEYS[3], string.format('%.0f', fence))
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 's', ARGV[7]) end
local memory = redis.pcall('INFO', 'memory')
local policy = type(memory) == 'string' and string.match(memory, 'maxmemory_policy:([%w-]+)') or ''
return {string.format('%.0f', fence), policy, seen()}
