// What main.ts and the read API take of StreamJobs.
export { streamJobController } from './controller.ts';
export { decide as decideStreamJob } from './decide.ts';
export { imagesOf, observe as observeStreamJob } from './observe.ts';
