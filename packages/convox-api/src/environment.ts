// Reads the text of an environment as the rack and the gateway do, without the errors of masks, so that a browser can load it.
export { type EnvEntry, envEntries, environmentValues } from './masks/env-entries.ts'
export { isVariableName } from './masks/key-names.ts'
export { readMask } from './masks/read-mask.ts'
