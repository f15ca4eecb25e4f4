// Reads out of the kernel's lists what is ours. Pure: `teardown.ts` does the reading and the removing.

/** Chains that Kubernetes and the CNI plugins make; a machine runs one node, so that they are the node's. */
const ownChain = /^(KUBE|CNI)-/;

/** Mount points below the directory, the last mounted first; from /proc/self/mountinfo. */
export function mountsBelow(directory: string, mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescapeOctal(line.split(' ')[4] ?? ''))
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
}

// proc(5): space, tab, newline and backslash are written in octal.
function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Input for `iptables-restore --noflush` that removes the node's chains and every rule that leads to them, and leaves
 * all others; from `iptables-save`. Empty when there is nothing to remove.
 */
export function chainRemoval(saved: string): string {
  return saved
    .split(/^\*/m)
    .slice(1)
    .map(tableRemoval)
    .filter((text) => text !== '')
    .join('');
}

function tableRemoval(section: string): string {
  const lines = section.split('\n');
  const [table = ''] = lines;
  const chains = lines
    .filter((line) => line.startsWith(':'))
    .map((line) => line.slice(1).split(' ')[0] ?? '')
    .filter((chain) => ownChain.test(chain));
  const jumps = lines.filter((line) => {
    const [, from = ''] = /^-A (\S+)/.exec(line) ?? [];
    const [, to = ''] = / -[jg] (\S+)/.exec(line) ?? [];
    return !ownChain.test(from) && ownChain.test(to);
  });
  if (chains.length === 0 && jumps.length === 0) return '';
  return [
    `*${table}`,
    ...jumps.map((line) => line.replace(/^-A/, '-D')),
    // All are emptied before the first is deleted: a chain that another one leads to cannot be.
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}
