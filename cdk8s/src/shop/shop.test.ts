import { readFileSync } from 'node:fs';
import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { imagesOf } from '../images.ts';
import { synthesize } from '../synthesize.ts';
import { addShop, addShopNamespace } from './index.ts';

function shop(references?: Readonly<Record<string, string>>) {
  const app = new App();
  addShopNamespace(app);
  addShop(app, imagesOf(references));
  return synthesize(app);
}

test.each(['shop-namespace', 'shop'])('%s is as it was reviewed', async (id) => {
  await expect(shop().get(id)).toMatchFileSnapshot(`./__golden__/${id}.yaml`);
});

test('runs the images it is told to', () => {
  const yaml = shop({ order: 'docker.io/sluice/order:0123456789ab' }).get('shop');
  expect(yaml).toContain('image: docker.io/sluice/order:0123456789ab');
  expect(yaml).toContain('image: docker.io/sluice/notification:dev');
});

test('gives every object a name that is its own, in its own namespace', () => {
  const documents = [...shop().values()].flatMap((yaml) => parseAllDocuments(yaml).map((document) => document.toJS()));
  const names = documents.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  expect(names).toEqual([
    'Namespace /shop',
    'ConfigMap shop/shop-schemas',
    'EventBus shop/shop',
    'EventService shop/order',
    'EventService shop/notification',
    'StreamJob shop/fraud',
  ]);
});

test('ships the schemas as the services have them', () => {
  const [configMap] = parseAllDocuments(shop().get('shop') ?? '').map((document) => document.toJS());
  const owned = new URL('../../../services/order/schemas/order-placed.avsc', import.meta.url);
  expect(configMap.data['order-placed.avsc']).toBe(readFileSync(owned, 'utf8'));
});
