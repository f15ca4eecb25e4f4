// The three kinds as constructs.
import {
  apiVersion,
  type EventBusSpec,
  EventBusSpecSchema,
  type EventServiceSpec,
  EventServiceSpecSchema,
  type StreamJobSpec,
  StreamJobSpecSchema,
} from '@sluice/operator/api';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { TSchema } from 'typebox';
import { checked, type Written } from './written.ts';

export function eventBus(scope: Construct, name: string, spec: Written<EventBusSpec>): ApiObject {
  return sluiceObject(scope, 'EventBus', name, EventBusSpecSchema, spec);
}

export function eventService(scope: Construct, name: string, spec: Written<EventServiceSpec>): ApiObject {
  return sluiceObject(scope, 'EventService', name, EventServiceSpecSchema, spec);
}

export function streamJob(scope: Construct, name: string, spec: Written<StreamJobSpec>): ApiObject {
  return sluiceObject(scope, 'StreamJob', name, StreamJobSpecSchema, spec);
}

function sluiceObject<Spec>(
  scope: Construct,
  kind: string,
  name: string,
  schema: TSchema,
  spec: Written<Spec>,
): ApiObject {
  const properties = { apiVersion, kind, metadata: { name }, spec: checked(`${kind} ${name}`, schema, spec) };
  return new ApiObject(scope, `${kind}-${name}`, properties);
}
