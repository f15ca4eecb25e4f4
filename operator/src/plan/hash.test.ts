import { describe, expect, it } from 'vitest';
import type { Change } from './change.ts';
import { approvalHash } from './hash.ts';
import { aChild, oneOfEach } from './testing/changes.ts';

const { AlterTopicConfig, CreateTopic, DeleteTopic } = oneOfEach;

describe('the hash to approve', () => {
  it('is there only where data is lost', () => {
    expect(approvalHash([])).toBeUndefined();
    expect(approvalHash([CreateTopic])).toBeUndefined();
    expect(approvalHash([DeleteTopic])).toMatch(/^[0-9a-f]{16}$/);
  });

  it('does not move with changes that lose nothing, with the order, or with the words', () => {
    const hash = approvalHash([DeleteTopic, AlterTopicConfig]);
    expect(approvalHash([AlterTopicConfig, CreateTopic, DeleteTopic])).toBe(hash);
    expect(approvalHash([{ ...DeleteTopic, reason: 'another', waitsFor: 'something' }, AlterTopicConfig])).toBe(hash);
  });

  const others: readonly Change[] = [
    { ...DeleteTopic, topic: 'shop.payments' },
    { ...DeleteTopic, topicId: 'another' },
    AlterTopicConfig,
    { ...AlterTopicConfig, entries: { 'retention.ms': { from: '604800000', to: '1' } } },
    { ...oneOfEach.AddPartitions, risk: 'DataLoss' },
    { ...oneOfEach.AddPartitions, risk: 'DataLoss', to: 7 },
    { ...oneOfEach.AddPartitions, risk: 'DataLoss', from: 2 },
    { ...oneOfEach.DeleteSubject, risk: 'DataLoss' },
    { ...oneOfEach.DeleteSubject, subject: 'other-value' },
    { ...oneOfEach.Delete, risk: 'DataLoss' },
    { ...oneOfEach.Delete, risk: 'DataLoss', uid: 'u2' },
    { ...oneOfEach.Apply, risk: 'DataLoss' },
    { ...oneOfEach.Apply, risk: 'DataLoss', object: aChild({ a: '2' }) },
    { ...oneOfEach.CreateTopic, risk: 'DataLoss' },
    { ...oneOfEach.SetCompatibility, risk: 'DataLoss' },
    { ...oneOfEach.RegisterSchema, risk: 'DataLoss' },
    { ...oneOfEach.AddFinalizer, risk: 'DataLoss' },
    { ...oneOfEach.RemoveFinalizer, risk: 'DataLoss' },
  ];

  it('is another one for every other kind, target, topic id, from and to', () => {
    const hashes = [DeleteTopic, ...others].map((change) => approvalHash([change]));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('of one loss does not approve a second', () => {
    expect(approvalHash([DeleteTopic])).not.toBe(approvalHash([DeleteTopic, AlterTopicConfig]));
  });
});
