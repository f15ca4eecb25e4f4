// What the Spark back ends offer.
export { sparkEngine, sparkScheduleEngine } from './engine.ts';
export {
  driverPods,
  type ScheduledSparkApplication,
  type SparkApplication,
  scheduledSparkApplications,
  sparkApplications,
} from './spark-application.ts';
