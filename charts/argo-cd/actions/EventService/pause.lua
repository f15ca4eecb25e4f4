-- Keeps a release from going on, but for a handover that has begun.
local annotations = obj.metadata.annotations or {}
annotations["sluice.dev/pause"] = "true"
obj.metadata.annotations = annotations
return obj
