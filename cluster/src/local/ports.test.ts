import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePorts } from './ports.ts';

describe('free ports', () => {
  it('are never given twice, and each can be listened on', async () => {
    const ports = (await Promise.all(Array.from({ length: 20 }, () => freePorts(3)))).flat();
    expect(new Set(ports).size).toBe(60);
    for (const port of ports) {
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
  });

  it('are none that the kernel may give to a connection meanwhile', async () => {
    const [lowest] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t');
    expect(Math.max(...(await freePorts(50)))).toBeLessThan(Number(lowest));
  });
});
