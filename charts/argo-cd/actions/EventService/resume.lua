-- Lets releases go on.
local annotations = obj.metadata.annotations or {}
annotations["sluice.dev/pause"] = nil
obj.metadata.annotations = annotations
return obj
