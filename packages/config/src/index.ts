export {
  type ClientConfig,
  type ClientEnvironment,
  clientConfigPath,
  type GatewayEntry,
  gatewayOf,
  type ReadClientConfig,
  readClientConfig,
  type TokenEntry,
  updateClientConfig,
} from './client.ts'
export { ClientFile } from './client-schema.ts'
export { splitAtCommas } from './comma-lists.ts'
export { forgetSecrets, sanitizeEnvironment } from './environment.ts'
export {
  ConfigDirectoryShared,
  ConfigError,
  ConfigFileBroken,
  ConfigFileForeign,
  ConfigFileLocked,
  ConfigFileUnusable,
} from './errors.ts'
export { defaultLimits, type Limits, limitSettings } from './limits.ts'
export type { LoginConfig } from './login.ts'
export { childHeapMiB, childMiB, containerMiB, heapMiB, outsideHeap } from './memory.ts'
export type { RackConfig } from './racks.ts'
export {
  type Bound,
  boundNumber,
  limitsOfResource,
  type Resource,
  type ResourceLimits,
  type ResourceName,
  resources,
} from './resources.ts'
export { Secret } from './secret.ts'
export { type CheckpointConfig, type DatabaseConfig, readServerConfig, type ServerConfig } from './server.ts'
export { RackEnvironment, ServerEnvironment } from './server-schema.ts'
export { secretKeysProblem } from './server-values.ts'
export type { Setting } from './settings.ts'
export { SinkEnvironment } from './sink-schema.ts'
export type { SinkConfig, SinkTarget } from './sinks.ts'
