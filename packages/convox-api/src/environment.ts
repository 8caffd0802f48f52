// The functions that read an environment, without the error classes of masks, so that a browser can load them.
export { type EnvEntry, envEntries, environmentValues } from './masks/env-entries.ts'
export { isVariableName } from './masks/key-names.ts'
export { readMask } from './masks/read-mask.ts'
