import { expect, test } from 'vitest';
import { restrictedPod } from './restricted.ts';

test('lays what restricted asks for under every container, those that run first included', () => {
  const spec = { initContainers: [{ name: 'migrate' }], containers: [{ name: 'order' }] };
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  expect(restrictedPod(spec)).toEqual({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [{ name: 'migrate', securityContext }],
    containers: [{ name: 'order', securityContext }],
  });
});

test("leaves the template's own fields as they are written", () => {
  const spec = {
    securityContext: { runAsNonRoot: false, fsGroup: 7 },
    containers: [
      {
        name: 'order',
        securityContext: { allowPrivilegeEscalation: true, capabilities: { add: ['NET_BIND_SERVICE'] } },
      },
    ],
  };
  expect(restrictedPod(spec)).toMatchObject({
    securityContext: { runAsNonRoot: false, fsGroup: 7, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: true,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
      },
    ],
  });
});

test('asks nothing of Windows pods, and passes on what is no list of objects', () => {
  const windows = { os: { name: 'windows' }, containers: [{ name: 'order' }] };
  expect(restrictedPod(windows)).toEqual(windows);
  expect(restrictedPod({ initContainers: 'none', containers: [] })['initContainers']).toBe('none');
  expect(restrictedPod({ initContainers: [null], containers: [] })['initContainers']).toEqual([null]);
});
