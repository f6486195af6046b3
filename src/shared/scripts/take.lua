-- ARGV: most, owner, life of the lock, life of the numbers, known generation, what is known to be being spent, known failure,
-- generation to be spent, own mark, other mark that will do, until when anybody waits for the answer.
local mark = text(KEYS[7])
local record = redis.call('HMGET', KEYS[1], 'g', 's')
local failure = text(KEYS[4]) or ''
local is_strange = mark and mark ~= ARGV[9] and mark ~= ARGV[10]
local is_known = (record[1] or '') == ARGV[5] and (record[2] or '') == ARGV[6] and failure == ARGV[7]
-- It ran before, and its answer was lost.
local is_mine = redis.call('GET', KEYS[2]) == ARGV[2]
-- Whoever has not seen what there is now looks at it first; whoever has gone takes nothing.
if is_strange or now() > tonumber(ARGV[11]) or not (is_known or is_mine) then return {'', '', seen()} end
if not is_mine and not redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return {'', '', seen()} end
redis.call('SET', KEYS[7], ARGV[9], 'PX', ARGV[4])
local fence = draw(ARGV[4])
if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 's', ARGV[8]) end
local memory = redis.pcall('INFO', 'memory')
local policy = type(memory) == 'string' and string.match(memory, 'maxmemory_policy:([%w-]+)') or ''
return {fence, policy, seen()}
