-- What can be asked of a StreamJob now.
local is_suspended = (obj.spec or {}).suspend == true

return {
  ["suspend"] = { ["disabled"] = is_suspended },
  ["resume"] = { ["disabled"] = not is_suspended },
}
