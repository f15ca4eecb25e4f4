// Which release of Kafka a finalized metadata.version stands for. Pure.

// apache/kafka: server-common, org.apache.kafka.server.common.MetadataVersion. The last level of each release.
const releases: readonly (readonly [level: number, release: string])[] = [
  [1, '3.0'],
  [2, '3.1'],
  [3, '3.2'],
  [7, '3.3'],
  [8, '3.4'],
  [11, '3.5'],
  [14, '3.6'],
  [19, '3.7'],
  [20, '3.8'],
  [21, '3.9'],
  [25, '4.0'],
  [27, '4.1'],
  [29, '4.2'],
  [30, '4.3'],
];

/** Such as `4.1`; a level that is newer than what is known here is named as it is. */
export function releaseOf(level: number): string {
  return releases.find(([last]) => level <= last)?.[1] ?? `metadata.version ${level}`;
}
