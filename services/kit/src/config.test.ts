import Type from 'typebox';
import { expect, test } from 'vitest';
import { parseConfig, ServiceConfigSchema } from './config.ts';

test('takes defaults for what is absent or empty, and numbers from text', () => {
  expect(parseConfig(ServiceConfigSchema, { PORT: '9000', LOG_LEVEL: '', HOME: '/root' })).toEqual({
    PORT: 9000,
    LOG_LEVEL: 'info',
    SERVICE_BINDING_ROOT: '/bindings',
    STOP_TIMEOUT_MS: 25_000,
  });
});

test('names every variable that does not fit, and no value', () => {
  const schema = Type.Object({ PORT: Type.Integer(), TOKEN: Type.String({ minLength: 9 }), TOPIC: Type.String() });
  const parse = () => parseConfig(schema, { PORT: 'many', TOKEN: 'secret' });
  expect(parse).toThrow(expect.objectContaining({ code: 'ConfigInvalid' }));
  expect(parse).toThrow(/PORT.*TOKEN|TOKEN.*PORT/);
  expect(parse).toThrow(/TOPIC/);
  expect(parse).not.toThrow(/many|secret/);
});
