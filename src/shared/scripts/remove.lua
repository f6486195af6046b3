-- The lock stays with who has it, and so do the numbers.
redis.call('DEL', KEYS[4], KEYS[5])
return redis.call('DEL', KEYS[1])
