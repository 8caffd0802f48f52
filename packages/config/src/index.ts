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
} from './client/client.ts'
export { ClientFile } from './client/client-schema.ts'
export {
  ConfigDirectoryShared,
  ConfigError,
  ConfigFileBroken,
  ConfigFileForeign,
  ConfigFileLocked,
  ConfigFileUnusable,
} from './errors/errors.ts'
export { RackEnvironment, ServerEnvironment } from './schema/server-schema.ts'
export { secretKeysProblem } from './schema/server-values.ts'
export { SinkEnvironment } from './schema/sink-schema.ts'
export { forgetSecrets, sanitizeEnvironment } from './server/environment.ts'
export { defaultLimits, type Limits, limitSettings } from './server/limits.ts'
export type { LoginConfig } from './server/login.ts'
export { childHeapMiB, childMiB, containerMiB, heapMiB, outsideHeap } from './server/memory.ts'
export type { ObserveMode } from './server/observe-mode.ts'
export type { RackConfig } from './server/racks.ts'
export {
  type Bound,
  boundNumber,
  limitsOfResource,
  type Resource,
  type ResourceLimits,
  type ResourceName,
  resources,
} from './server/resources.ts'
export { type CheckpointConfig, type DatabaseConfig, readServerConfig, type ServerConfig } from './server/server.ts'
export type { Setting } from './server/settings.ts'
export type { SinkConfig, SinkTarget } from './server/sinks.ts'
export { splitAtCommas } from './values/comma-lists.ts'
export { Secret } from './values/secret.ts'
