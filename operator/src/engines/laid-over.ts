// One object laid over another, as Kubernetes merges a pod template: named list elements are matched by name.

/** `over` wins; lists of mounts and of named objects are merged by mount path and name, other lists replaced. */
export function laidOver(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over)) {
    const key = ['mountPath', 'name'].find((name) =>
      [...under, ...over].every((item) => isObject(item) && name in item),
    );
    if (key === undefined) return over;
    const left = under.filter((item) => !over.some((other) => other[key] === item[key]));
    return [...over.map((item) => laidOver(under.find((other) => other[key] === item[key]) ?? {}, item)), ...left];
  }
  if (!isObject(under) || !isObject(over)) return over;
  const merged = Object.entries(over).map(([name, value]) => [name, laidOver(under[name], value)]);
  return { ...under, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
