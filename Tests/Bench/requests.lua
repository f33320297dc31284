-- requests.lua - what wrk sends: the requests of a file, in turn.
--
--   wrk -s requests.lua URL -- FILE
--
-- FILE has a request a line: method, path, cookie, client address, origin, body; tabs between,
-- empty where there is none. Prints one line of JSON at the end.

local requests = {}
local place = 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local fields = {}
    for field in (line .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
    local method, path, cookie, client, origin, body = unpack(fields)
    local headers = { ["Host"] = "localhost", ["User-Agent"] = "bench" }
    if cookie ~= "" then headers["Cookie"] = cookie end
    if client ~= "" then headers["X-Forwarded-For"] = client end
    if origin ~= "" then headers["Origin"] = origin end
    if body ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "refused": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
