import type { RackRoute } from '../types.ts'
import { logHeaders } from './apps.ts'
import { change, execute, listen, read } from './table.ts'

/** Headers of `run` that bear privilege: they choose what runs, where, and with what rights. */
const privilegeHeaders = [
  'Image',
  'Volumes',
  'Use-Service-Volume',
  'Privileged',
  'Node-Labels',
  'System-Critical',
  'Gpu',
  'Gpu-Vendor',
]

/** Processes: what runs, what is started, executed and copied. `tar-extra` of an upload isn't permitted: its flags run in the pod. */
export const processRoutes: readonly RackRoute[] = [
  read('GET', '/apps/{app}/processes', 'process:list', 'processes', { query: ['service', 'release'] }),
  read('GET', '/apps/{app}/processes/{pid}', 'process:read', 'processes'),
  change('DELETE', '/apps/{app}/processes/{pid}', 'process:stop', 'plain'),
  change('POST', '/apps/{app}/services/{service}/processes', 'process:run', 'processes', {
    headers: ['Command', 'Cpu', 'Cpu-Limit', 'Environment', 'Height', 'Width', 'Memory', 'Memory-Limit', 'Release'],
    refusedHeaders: privilegeHeaders,
  }),
  execute('/apps/{app}/processes/{pid}/exec', 'process:exec', {
    headers: ['Command', 'Entrypoint', 'Height', 'Width', 'Tty', 'Disable-Stdin'],
  }),
  listen('/apps/{app}/processes/{pid}/logs', 'log:read', { headers: logHeaders }),
  read('GET', '/apps/{app}/processes/{pid}/files', 'process:file-read', 'opaque', {
    query: ['file'],
    orHeader: ['file'],
  }),
  change('POST', '/apps/{app}/processes/{pid}/files', 'process:file-write', 'plain', { body: 'raw' }),
  change('DELETE', '/apps/{app}/processes/{pid}/files', 'process:file-write', 'plain', {
    query: ['files'],
    orHeader: ['files'],
  }),
]
