-- The state of one bucket of the API, which a fleet of processes shares. It is
-- one hash. Times are in microseconds. Saved times are on Redis's clock, and
-- times in arguments and results are relative to now.
--
--   epoch    when this state began; it does not include slots of other epochs
--   rate     how many requests per second the API accepts
--   tat      when the API's bucket will be empty if all slots are used: the
--            theoretical arrival time of GCRA
--   shift    how far slots have been moved, in total
--   held     until when nothing may be sent
--   room     how much time was left to other users of the bucket after each
--            slot at the time changed
--   changed  when something was last learned about other users
--   rejoin   when every process that returned from an outage has had a slot
--
-- ARGV is the operation and the rate, and then the operation's own arguments:
--
--   ping     No arguments. It fails if the other operations would fail. It
--            changes only a field that is not read.
--   book     longest, outage, round. It books the next slot, unless its wait is
--            more than longest, and returns the wait.
--   check    outage, round, epoch. It returns how far slots have been moved. If
--            the slot is of another epoch, it adds the slot to this state.
--   observe  level, hold, age. It records what a request saw that was sent age
--            ago. level is how full the API's bucket was, or 0 if the request
--            found it empty. If hold > 0, the request was refused.
--
-- outage is 1 if the process could not reach Redis recently, otherwise 0. round
-- is the length of the fleet's last round, or 0 if the process does not know.
--
-- Every operation returns wait, booked (1 if a slot was booked, otherwise 0),
-- epoch, shift, rate, the time from one slot to the next, and how many slots
-- are ahead.
local key, op = KEYS[1], ARGV[1]
local second, minute = 1000000, 60000000
local time = redis.call('TIME')
local now = time[1] * second + time[2]

local saved = redis.call('HMGET', key,
  'epoch', 'rate', 'tat', 'shift', 'held', 'room', 'changed', 'rejoin')
for i = 1, 8 do saved[i] = tonumber(saved[i]) end
local epoch, rate, tat, shift, held, room, changed, rejoin = unpack(saved, 1, 8)

-- Times cannot be this far ahead: a slot is booked at most a minute ahead, and
-- then held for at most another. A time beyond it was written when the clock was
-- wrong.
local far = now + 3 * minute
local fresh = not (epoch and rate and tat and shift and held and room and changed and rejoin)
  or rate < 1 or epoch > now or changed > now or rejoin > far or tat > far or held > far
if fresh then
  epoch, rate, tat, shift, held, room, changed, rejoin = now, tonumber(ARGV[2]), now, 0, 0, 0, 0, 0
end
if op == 'observe' then
  local said = tonumber(ARGV[2])
  room, rate = room * rate / said, said -- it is room for as many requests as before
end

-- The fleet stays a little below the rate. It fills half of the API's bucket,
-- from which the API serves bursts of one request less than the rate.
local each = second / rate
local gap = each * 51 / 50
local half = gap * math.max((rate - 1) / 2, 1)
-- The room shrinks, to find out whether other users are still there. It shrinks
-- faster if it is larger.
local left = math.max(room - (each / 24 + room / 16) * (now - changed) / second, 0)
local spacing = gap + left
local burst = half - gap

local function answer(wait, booked)
  -- Do not count the slot itself. The 0.1 is there because a process that has
  -- just used a slot books its next one a little late.
  local slots = (tat - burst - math.max(now, held)) / spacing
  local ahead = math.max(math.ceil(slots - 0.1) - 1, 0)
  return {math.ceil(wait), booked, epoch, shift, rate, math.ceil(spacing), ahead}
end

local function save()
  local function whole(n) return string.format('%.0f', n) end
  redis.call('HSET', key,
    'epoch', whole(epoch), 'rate', rate, 'tat', whole(tat), 'shift', whole(shift),
    'held', whole(held), 'room', whole(room), 'changed', whole(changed), 'rejoin', whole(rejoin))
  local ahead = math.min(math.max(tat, held) - now, minute)
  redis.call('PEXPIRE', key, math.ceil((minute + ahead) / 1000))
end

-- After an outage, some processes still have slots that are not in this state.
-- The first round is left to them.
local function rejoined(outage, round)
  if round > 0 and (fresh or outage == 1) and now - rejoin > 10 * second then
    rejoin = now + math.min(round, minute)
    tat = math.max(tat, rejoin + burst)
  end
end

if op == 'ping' then
  redis.call('HSET', key, 'ping', string.format('%.0f', now))
  if fresh then redis.call('PEXPIRE', key, minute / 1000) end
end

if op == 'book' then
  local longest, outage, round = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  rejoined(outage, round)
  tat = math.max(tat, now)
  if outage == 1 then tat = math.max(tat, now + burst) end
  local wait = math.max(tat - burst - now, held - now, 0)
  if wait > longest then return answer(wait, 0) end
  local reply = answer(wait, 1)
  tat = tat + spacing
  save()
  return reply
end

if op == 'check' then
  local outage, round = tonumber(ARGV[3]), tonumber(ARGV[4])
  if epoch == tonumber(ARGV[5]) then return answer(0, 0) end
  -- The slot is not in this state, but still valid. Other slots make room for
  -- it.
  rejoined(outage, round)
  if now >= rejoin then
    shift, tat = shift + spacing, math.max(tat, now) + spacing
  end
  save()
  return answer(0, 0)
end

if op == 'observe' then
  local level, hold, age = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local excess = level - half
  -- A request that was sent before the last change says nothing about it.
  local recent = now - age > changed + each / 2
  if recent and level == 0 and hold == 0 then
    room, changed = left * 3 / 4, now -- it is more than others need
  elseif recent and (excess > 0 or hold > 0) then
    -- Processes that return from an outage are not other users.
    if now - rejoin > 15 * second then
      left = math.min(left + (hold > 0 and (left + each) / 4 or excess / 8), 16 * each)
    end
    room, changed = left, now
    if hold > 0 then
      hold = math.max(hold, excess)
    else
      shift, tat = shift + excess, math.max(tat + excess, now + level)
    end
  end
  local more = now + math.min(hold, minute) - math.max(held, now)
  if hold > 0 and more > 0 then
    held, shift = math.max(held, now) + more, shift + more
    tat = math.max(tat + more, held + burst)
  end
  save()
end
return answer(0, 0)
