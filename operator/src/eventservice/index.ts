// What the EventService kind offers to main.
export { eventServiceController } from './controller.ts';
