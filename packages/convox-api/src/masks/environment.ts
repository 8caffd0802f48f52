// The functions that read an environment, without the error classes of masks, so that a browser can load them.
export { type EnvEntry, envEntries, environmentValues } from './env-entries.ts'
export { isVariableName } from './key-names.ts'
export { readMask } from './read-mask.ts'
