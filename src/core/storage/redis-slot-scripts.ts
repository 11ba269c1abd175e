/**
 * What Redis does at one go with a lane's slots. A lane is a hash: a slot's id → since, until and whether its request is
 * still open (`<ms> <ms> <0|1>`), and a process → its weight and until when that counts (`<weight> <ms>`).
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keep(field, value, forMs)
  redis.call('HSET', KEYS[1], field, value)
  if redis.call('PTTL', KEYS[1]) < forMs then redis.call('PEXPIRE', KEYS[1], forMs) end
end
`;

/**
 * Arguments: process, slot, count, weight, window, lease, how long a process counts, when to ask about what is overdue; all
 * times in ms. Answers whether it was granted, after how long to ask again, the weight of the others, and of each of their
 * slots since and for how long.
 */
export const TAKE_SLOT = `${NOW}
local process, id = ARGV[1], ARGV[2]
local count, weight, window = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local lease, sharing, overdue = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local untils, slots, others = {}, {}, 0
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local field, since, till, open = all[at], string.match(all[at + 1], '^(%d+) (%d+) (%d)$')
  local owner, theirs = field, nil
  if since then
    owner = string.match(field, '^[^/]+')
  else
    theirs, till = string.match(all[at + 1], '^(%d+) (%d+)$')
  end
  if tonumber(till) <= now then
    redis.call('HDEL', KEYS[1], field)
  elseif theirs then
    if owner ~= process then others = others + tonumber(theirs) end
  else
    local back = tonumber(till)
    if open == '1' then back = math.max(tonumber(since) + window, now + overdue) end
    table.insert(untils, back)
    if owner ~= process then
      table.insert(slots, now - tonumber(since))
      table.insert(slots, back - now)
    end
  end
end
keep(process, string.format('%d %d', weight, now + window + sharing), window + sharing)
local granted, retry = 0, 0
if #untils < count then
  granted = 1
  keep(id, string.format('%d %d 1', now, now + lease + window), lease + window)
elseif count > 0 then
  table.sort(untils)
  retry = math.max(1, untils[#untils - count + 1] - now)
end
return { granted, retry, others, unpack(slots) }
`;

/** Arguments: process, slot, for how long it is in use already, for how long still, whether its request is open, whether the process leaves. */
export const KEEP_SLOT = `${NOW}
local forMs = tonumber(ARGV[4])
keep(ARGV[2], string.format('%d %d %s', now - tonumber(ARGV[3]), now + forMs, ARGV[5]), forMs)
if ARGV[6] == '1' then redis.call('HDEL', KEYS[1], ARGV[1]) end
`;

/** Argument: the slot. */
export const FORGET_SLOT = `redis.call('HDEL', KEYS[1], ARGV[1])`;
