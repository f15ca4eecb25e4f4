// Names and labels of what a StreamJob is made of.
import { labels, managedBy, type ObjectMeta, type StreamJob } from '../../api/index.ts';
import { streamJobs } from '../../bus/index.ts';
import { controllerReference } from '../../runtime/index.ts';

/** Metadata of a child under `name`: the labels that every child carries, and its owner. */
export function childMetadata(job: StreamJob, name: string): ObjectMeta {
  const { metadata } = job;
  return {
    name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: {
      [labels.name]: metadata.name,
      [labels.instance]: metadata.name,
      [labels.managedBy]: managedBy,
      [labels.job]: metadata.name,
    },
    ownerReferences: [controllerReference(streamJobs, job)],
  };
}
