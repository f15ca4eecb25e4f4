-- What can be asked of an EventService now. An action that would change nothing is shown and cannot be chosen.
local annotations = obj.metadata.annotations or {}
local wanted = (obj.spec or {}).release or {}
local release = (obj.status or {}).release or {}
local is_blue_green = wanted.strategy == "BlueGreen"
local is_under_way = is_blue_green and release.phase ~= nil and release.phase ~= "Stable" and release.phase ~= "Aborting"
local revision = (release.candidate or {}).revision
local is_paused = annotations["sluice.dev/pause"] == "true"

return {
  ["promote"] = {
    ["disabled"] = not (
      is_under_way
      and wanted.promotion == "Manual"
      and release.handover == nil
      and revision ~= nil
      and wanted.promote ~= revision
      and annotations["sluice.dev/promote"] ~= revision
    ),
  },
  ["abort"] = { ["disabled"] = not is_under_way },
  ["retry"] = { ["disabled"] = not (is_blue_green and release.phase == "Stable" and release.rejected ~= nil) },
  ["pause"] = { ["disabled"] = not is_blue_green or is_paused },
  ["resume"] = { ["disabled"] = not is_paused },
}
