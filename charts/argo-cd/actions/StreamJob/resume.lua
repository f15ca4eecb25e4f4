-- Starts a job again that was suspended.
obj.spec.suspend = false
return obj
