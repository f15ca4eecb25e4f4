-- Gives up the release that is under way: any new value does.
local annotations = obj.metadata.annotations or {}
annotations["sluice.dev/abort"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
obj.metadata.annotations = annotations
return obj
