// Installs Debian packages where the machine lacks them.
import { existsSync } from 'node:fs';
import pLimit from 'p-limit';
import { output } from './local/commands.ts';
import { isInstalled } from './local/executables.ts';
import { step } from './progress.ts';

const installTimeoutMs = 600_000;
// Two at once would fail on apt's lock of its lists.
const oneAtATime = pLimit(1);

/**
 * Installs the packages that are missing. Throws a sentence that names them where it cannot.
 *
 * @param packages by name, a command, or a file with its path, that is there when the package is installed
 */
export function ensurePackages(packages: Readonly<Record<string, string>>): Promise<void> {
  return oneAtATime(() => installMissing(packages));
}

async function installMissing(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing = Object.entries(packages)
    .filter(([, file]) => !(file.includes('/') ? existsSync(file) : isInstalled(file)))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (!isInstalled('apt-get')) throw new Error(`these are missing, and apt-get is not there to install them: ${names}`);
  await step(`install ${names}`, async () => {
    const options = { timeoutMs: installTimeoutMs, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
    // The lists of a fresh machine may be empty or old; another apt may be at work, as on a machine just started.
    const flags = ['-qq', '-o', 'DPkg::Lock::Timeout=300'];
    await output('apt-get', [...flags, 'update'], options);
    await output('apt-get', [...flags, 'install', '-y', '--no-install-recommends', ...missing], options);
  });
}
