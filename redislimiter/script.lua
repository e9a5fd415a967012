-- One bucket of the API as a fleet shares it, in one hash. Times are in
-- microseconds, and on Redis's own clock; all that goes in and out is relative.
--
--   epoch    when this state began; slots of another one are not in it
--   rate     how many requests the API takes in a second
--   tat      when the API's bucket will be empty, if all slots are used: the
--            theoretical arrival time of GCRA
--   shift    how far slots have been moved, in all
--   held     until when nothing may be sent
--   room     the time that is left to other users of the bucket after each
--            slot, as of changed
--   changed  when something was last learned about other users
--   rejoin   when all processes that came back from an outage had a slot
--
-- ARGV: the operation and the rate, then
--
--   ping     nothing
--   book     longest, outage, round: books the next slot, unless it is further
--            away than longest. Returns the wait.
--   check    outage, round, epoch: makes known how far slots have been moved, and
--            counts the slot if it is of another epoch.
--   observe  level, hold, age: a request that was sent so long ago saw that the
--            API's bucket was filled up to level, and was refused if hold > 0. The
--            level is 0 if the request found it empty.
--
-- outage is 1 if the process could not reach Redis of late. round is how long
-- a round of the fleet was, if it knew the bucket of late, and else 0.
--
-- Returns wait, whether a slot was booked, epoch, shift, rate, the time from one
-- slot to the next, and how many slots are ahead.
local key, op = KEYS[1], ARGV[1]
local second, minute = 1000000, 60000000
local time = redis.call('TIME')
local now = time[1] * second + time[2]

local saved = redis.call('HMGET', key,
  'epoch', 'rate', 'tat', 'shift', 'held', 'room', 'changed', 'rejoin')
for i = 1, 8 do saved[i] = tonumber(saved[i]) end
local epoch, rate, tat, shift, held, room, changed, rejoin = unpack(saved, 1, 8)

-- What lies further ahead than a slot can be was written by another clock.
local far = now + 2 * minute
local fresh = not (epoch and rate and tat and shift and held and room and changed and rejoin)
  or rate < 1 or epoch > now or changed > now or rejoin > far or tat > far or held > far
if fresh then
  epoch, rate, tat, shift, held, room, changed, rejoin = now, tonumber(ARGV[2]), now, 0, 0, 0, 0, 0
end
if op == 'observe' then rate = tonumber(ARGV[2]) end

-- The fleet stays a little under the rate, and fills half of the API's bucket, of
-- which the API serves one less than the rate.
local each = second / rate
local gap = each * 51 / 50
local half = gap * math.max((rate - 1) / 2, 1)
-- The room shrinks, the faster the larger it is, to find out whether others are
-- still there.
local left = math.max(room - (each / 24 + room / 16) * (now - changed) / second, 0)
local spacing = gap + left
local burst = half - gap

local function answer(wait, booked)
  -- The slot itself is not ahead. A process that has just used one books a little
  -- later than it could.
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

-- After an outage some processes still have slots that are not in this state. It
-- leaves the first round to them.
local function rejoined(outage, round)
  if round > 0 and (fresh or outage == 1) and now - rejoin > 10 * second then
    rejoin = now + math.min(round, minute)
    tat = math.max(tat, rejoin + burst)
  end
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
  -- The slot is not in this state, and still good: the others make room for it.
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
  -- What was sent before the last change says nothing about it.
  local recent = now - age > changed + each / 2
  if recent and level == 0 and hold == 0 then
    room, changed = left * 3 / 4, now -- more than others need
  elseif recent and (excess > 0 or hold > 0) then
    -- Those who come back from an outage are no others.
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
