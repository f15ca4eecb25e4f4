// The API's current version; other folders import from here alone.
export * from './v1alpha1/index.ts';
