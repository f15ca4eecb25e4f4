-- Tries a revision again that was given up: any new value does.
local annotations = obj.metadata.annotations or {}
annotations["sluice.dev/retry"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
obj.metadata.annotations = annotations
return obj
