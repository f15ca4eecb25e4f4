-- Promotes the candidate that is there, and no later one.
local annotations = obj.metadata.annotations or {}
annotations["sluice.dev/promote"] = obj.status.release.candidate.revision
obj.metadata.annotations = annotations
return obj
