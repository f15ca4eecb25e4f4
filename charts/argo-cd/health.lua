-- Health of EventBus, EventService and StreamJob for Argo CD: one script for the three kinds. Argo CD's Lua has no string
-- library, so nothing is read out of messages: conditions, phases and annotations say it all.

local function answer(status, message)
  return { status = status, message = message }
end

local metadata = obj.metadata
local annotations = metadata.annotations or {}
local spec = obj.spec or {}
local status = obj.status or {}

local function condition(name)
  for _, each in ipairs(status.conditions or {}) do
    if each.type == name then
      return each
    end
  end
  return {}
end

-- What the release waits for is a person's word: everything else has been said.
local function awaits_promotion(release)
  local wanted = spec.release or {}
  if release.phase ~= "Previewing" or wanted.promotion ~= "Manual" or release.candidate == nil then
    return false
  end
  for _, check in ipairs(release.checks or {}) do
    if check.state ~= "Passed" then
      return false
    end
  end
  local revision = release.candidate.revision
  return wanted.promote ~= revision and annotations["sluice.dev/promote"] ~= revision
end

if metadata.deletionTimestamp ~= nil then
  return answer("Progressing", "It is being deleted.")
end
local mode = annotations["sluice.dev/mode"]
if mode == "Paused" then
  return answer("Suspended", "The annotation sluice.dev/mode is Paused: Sluice leaves it alone.")
end
if mode == "Plan" then
  return answer("Suspended", "The annotation sluice.dev/mode is Plan: see status.plan.")
end
-- A status of an earlier generation says nothing of this one.
if status.conditions == nil or status.observedGeneration ~= metadata.generation then
  return answer("Progressing", "Sluice has not looked at it yet.")
end

local ready = condition("Ready")
local stalled = condition("Stalled")
if stalled.status == "True" then
  return answer("Degraded", stalled.message)
end
if spec.suspend == true then
  return answer("Suspended", "spec.suspend is set.")
end

local release = status.release or {}
if release.phase ~= nil and release.phase ~= "Stable" and (spec.release or {}).strategy == "BlueGreen" then
  if awaits_promotion(release) then
    return answer("Suspended", release.message or "The candidate awaits promotion.")
  end
  if annotations["sluice.dev/pause"] == "true" and release.handover == nil then
    return answer("Suspended", "The annotation sluice.dev/pause holds the release.")
  end
  return answer("Progressing", release.phase .. ": " .. (release.message or "under way."))
end
if condition("Reconciling").status == "True" then
  return answer("Progressing", ready.message)
end
if ready.status == "True" then
  return answer("Healthy", ready.message)
end
return answer("Degraded", ready.message)
