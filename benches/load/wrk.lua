-- Requests for wrk: the bodies of a file, one per line, in turn; with several threads, each takes
-- its own lines. Arguments: the file, the token or -, and whether to look for errors in responses.

local requests = {}
local sent = 0
local threads = {}
failed = 0

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  if args[2] ~= "-" then
    headers["Authorization"] = "Bearer " .. args[2]
  end
  local line = 0
  for body in io.lines(args[1]) do
    line = line + 1
    if line % 2 == number % 2 then
      table.insert(requests, wrk.format("POST", nil, headers, body))
    end
  end
  if args[3] == "look" then
    response = function(status, _, body)
      if status ~= 200 or body:find('"errors"', 1, true) then
        failed = failed + 1
      end
    end
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

-- Requests, duration, p50 and p99 in microseconds, and failed responses.
function done(summary, latency)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("failed")
  end
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), bad))
end
