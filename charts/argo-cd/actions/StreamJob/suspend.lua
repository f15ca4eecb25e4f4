-- Stops the job and keeps its state. Where spec.suspend is in Git, Argo CD will show the difference, or undo it.
obj.spec.suspend = true
return obj
