// What main.ts takes of StreamJobs.
export { streamJobController } from './controller.ts';
