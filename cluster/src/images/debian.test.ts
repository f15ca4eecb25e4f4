import { describe, expect, test } from 'vitest';
import { sourcesIn, transportOptionsIn } from './debian.ts';

describe('the package sources of the root file system', () => {
  test("are the machine's own mirrors for the suite, and no other's", () => {
    const targets = [
      'Debian http://mirror.example/debian/ bookworm main',
      'Debian http://mirror.example/debian/ bookworm contrib',
      'Debian http://mirror.example/debian-security/ bookworm-security main',
      'Debian http://mirror.example/debian/ trixie main',
      'Node Source https://deb.example/node_24.x nodistro main',
      '',
    ].join('\n');
    expect(sourcesIn(targets)).toEqual([
      'deb http://mirror.example/debian/ bookworm main',
      'deb http://mirror.example/debian-security/ bookworm-security main',
    ]);
  });

  test("are Debian's own on a machine of another suite", () => {
    expect(sourcesIn('Debian http://mirror.example/debian/ trixie main\n')).toEqual([
      'deb http://deb.debian.org/debian bookworm main',
      'deb http://deb.debian.org/debian bookworm-updates main',
      'deb http://deb.debian.org/debian-security bookworm-security main',
    ]);
  });

  test('are reached as the machine reaches them: its proxies and its trust in dates', () => {
    const dump = [
      'APT "";',
      'Acquire "";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::Proxy::deb.example "DIRECT";',
      'Acquire::http::User-Agent "apt";',
      'Acquire::Check-Date "false";',
      'Acquire::Languages:: "none";',
    ].join('\n');
    expect(transportOptionsIn(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::Proxy::deb.example "DIRECT";',
      'Acquire::Check-Date "false";',
    ]);
  });
});
