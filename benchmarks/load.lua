-- Load for wrk: the same question again and again, or lookups that each differ.
-- Arguments: URL up to the text of the query; for lookups the number of groups of projects, and a name that no other run has.

local prefix, groups, run
local count = 0

local lookup = "PREFIX lc: <https://w3id.org/labcoop/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
  .. "SELECT ?label ?year ?place { <https://w3id.org/labcoop/id/project/%d-%d> rdfs:label ?label ; lc:startYear ?year ; "
  .. "lc:takesPlaceIn ?place } # %s-%d"

local function encoded(text)
  return (text:gsub("[^%w%-%._~]", function(c) return string.format("%%%02X", c:byte()) end))
end

function init(args)
  prefix, groups, run = args[1], tonumber(args[2] or "0"), args[3]
  math.randomseed(2022)
end

function request()
  if groups == 0 then
    return wrk.format("GET", prefix)
  end
  count = count + 1
  return wrk.format("GET", prefix .. encoded(lookup:format(math.random(groups), math.random(0, 11), run, count)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
