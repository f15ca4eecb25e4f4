import { expect, test } from 'vitest';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { templateConfigMaps, templateSecrets } from './config-map-references.ts';

test('finds the ConfigMaps and Secrets that pods use, once each, and tells those that they start without', () => {
  const service = anEventService({
    access: { secretRef: { name: 'login' } },
    template: {
      spec: {
        initContainers: [{ name: 'migrate', envFrom: [{ configMapRef: { name: 'from-init' } }] }],
        containers: [
          {
            name: 'order',
            env: [
              { name: 'A', valueFrom: { configMapKeyRef: { name: 'from-env', key: 'a' } } },
              { name: 'B', valueFrom: { configMapKeyRef: { name: 'optional-env', key: 'a', optional: true } } },
              { name: 'C', value: 'plain' },
              { name: 'D', valueFrom: { secretKeyRef: { name: 'secret-env', key: 'a', optional: true } } },
            ],
            envFrom: [{ configMapRef: { name: 'from-env', optional: true } }, { secretRef: { name: 'a-secret' } }],
          },
        ],
        volumes: [
          { name: 'a', configMap: { name: 'mounted' } },
          { name: 'b', configMap: { name: 'optional', optional: true } },
          { name: 'c', projected: { sources: [{ configMap: { name: 'projected' } }, { secret: { name: 's' } }] } },
          { name: 'd', emptyDir: {} },
          { name: 'e', secret: { secretName: 'tls' } },
          { name: 'f', secret: { secretName: 'optional-tls', optional: true } },
        ],
      },
    },
  });
  expect(templateConfigMaps(service)).toEqual([
    { name: 'from-env', isOptional: false },
    { name: 'from-init', isOptional: false },
    { name: 'mounted', isOptional: false },
    { name: 'optional', isOptional: true },
    { name: 'optional-env', isOptional: true },
    { name: 'projected', isOptional: false },
  ]);
  expect(templateSecrets(service)).toEqual([
    { name: 'a-secret', isOptional: false },
    { name: 'login', isOptional: false },
    { name: 'optional-tls', isOptional: true },
    { name: 's', isOptional: false },
    { name: 'secret-env', isOptional: true },
    { name: 'tls', isOptional: false },
  ]);
});

test('finds nothing in a template that is not as it should be', () => {
  const service = anEventService({
    template: { spec: { containers: [{ name: 'order', env: 'x' }], volumes: [null, 7, { configMap: 'x' }] } },
  });
  expect(templateConfigMaps(service)).toEqual([]);
  expect(templateSecrets(service)).toEqual([]);
});
