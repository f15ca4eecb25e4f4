// A Debian root file system made from its packages, for machines that cannot pull the image.
import { join } from 'node:path';
import { ensurePackages } from '../debian-packages.ts';
import { output } from '../local/commands.ts';
import type { Part } from './part.ts';

const suite = 'bookworm';
const defaultSources = [
  `deb http://deb.debian.org/debian ${suite} main`,
  `deb http://deb.debian.org/debian ${suite}-updates main`,
  `deb http://deb.debian.org/debian-security ${suite}-security main`,
];
// What Debian's own slim images leave out, copyright notices excepted; and no fsync for each file of a throw-away tree.
const dpkgOptions = [
  ...['man', 'locale', 'doc', 'info', 'groff', 'lintian'].map((folder) => `path-exclude=/usr/share/${folder}/*`),
  'path-include=/usr/share/doc/*/copyright',
  'force-unsafe-io',
];

const tools = {
  mmdebstrap: 'mmdebstrap',
  gpg: 'gpg',
  // Other distributions do not trust Debian's packages by themselves.
  'debian-archive-keyring': '/usr/share/keyrings/debian-archive-keyring.gpg',
};

/** `rootfs.tar`: minimal Debian with certificates, and the machine's own package sources, which RUN steps use again. */
export const debianRootFileSystem: Part = {
  inputs: () => ({ texts: [suite, ...dpkgOptions] }),
  fetch: async (context) => {
    await ensurePackages(tools);
    const flags = [
      ...['--mode=root', '--variant=minbase', '--include=ca-certificates', '--quiet'],
      ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
      ...(await machineAptOptions()).map((option) => `--aptopt=${option}`),
    ];
    await output('mmdebstrap', [...flags, suite, join(context, 'rootfs.tar'), ...(await machineSources())], {
      timeoutMs: 600_000,
      environment: { SOURCE_DATE_EPOCH: '0' },
    });
  },
};

async function machineSources(): Promise<readonly string[]> {
  const format = '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)';
  return sourcesIn(await output('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']));
}

async function machineAptOptions(): Promise<readonly string[]> {
  return transportOptionsIn(await output('apt-config', ['dump']));
}

/**
 * The mirrors that this machine itself uses for the suite; Debian's own where it uses none for it.
 *
 * @param targets lines `ORIGIN URI CODENAME COMPONENT`
 */
export function sourcesIn(targets: string): readonly string[] {
  const sources = targets
    .split('\n')
    .map((line) => /^Debian (\S+) (bookworm\S*) main$/.exec(line))
    .filter((match) => match !== null)
    .map(([, uri, codename]) => `deb ${uri} ${codename} main`);
  return sources.some((source) => source.includes(` ${suite} `)) ? sources : defaultSources;
}

/**
 * Proxies and the handling of the mirrors' dates: whatever this machine's apt needs to reach them.
 *
 * @param dump what `apt-config dump` prints
 */
export function transportOptionsIn(dump: string): readonly string[] {
  return dump.split('\n').filter((line) => /^Acquire::(https?::Proxy|Check-)[^ ]* "[^"]+";$/.test(line));
}
