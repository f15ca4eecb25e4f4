// What main.ts uses of the EventBus kind.
export { eventBusController } from './controller.ts';
