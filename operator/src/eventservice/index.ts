// What the EventService kind offers to main and to the read API.
export { eventServiceController } from './controller.ts';
export { decide as decideEventService } from './decide.ts';
export { observe as observeEventService } from './observe.ts';
