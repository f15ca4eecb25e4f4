// Counts the topics that are kept though nobody declares them any more: each is told once, in an event.
import { Counter, type Registry } from 'prom-client';
import { noticeReasons } from '../plan/index.ts';
import type { ControllerOptions, EventRecorder, KubeObject } from '../runtime/index.ts';

export interface RetainedTopics {
  /** The controller, with what it retains counted. */
  countedIn<T extends KubeObject>(options: ControllerOptions<T>): ControllerOptions<T>;
}

export function registerRetainedTopics(registry: Registry): RetainedTopics {
  const counter = new Counter({
    name: 'sluice_topics_retained_total',
    help: 'Topics that were kept when their declaration or its resource went, by kind',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    countedIn: (options) => {
      const { kind } = options.for;
      counter.inc({ kind }, 0);
      const counting = (events: EventRecorder): EventRecorder => ({
        record: (regarding, fields) => {
          if (fields.reason === noticeReasons.topicRetained) counter.inc({ kind });
          events.record(regarding, fields);
        },
      });
      return {
        ...options,
        reconcile: (key, context) => options.reconcile(key, { ...context, events: counting(context.events) }),
      };
    },
  };
}
