import { logHeaders } from './apps.ts'
import { change, execute, listen, type RouteTable, read } from './route-row.ts'

/** Headers of `run` that give privileges: they choose what runs, where, and with which rights. */
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

/** The upload parameter `tar-extra` is not allowed, because the pod's `tar` would run with its flags. */
export const processRoutes: RouteTable = {
  'GET /apps/{app}/processes': () => read('process:list', 'processes', { query: ['service', 'release'] }),
  'GET /apps/{app}/processes/{pid}': () => read('process:read', 'processes'),
  'DELETE /apps/{app}/processes/{pid}': () => change('process:stop', 'plain'),
  'POST /apps/{app}/services/{service}/processes': () =>
    change('process:run', 'processes', {
      headers: ['Command', 'Cpu', 'Cpu-Limit', 'Environment', 'Height', 'Width', 'Memory', 'Memory-Limit', 'Release'],
      refusedHeaders: privilegeHeaders,
    }),
  'WS /apps/{app}/processes/{pid}/exec': () =>
    execute('process:exec', {
      headers: ['Command', 'Entrypoint', 'Height', 'Width', 'Tty', 'Disable-Stdin'],
    }),
  'WS /apps/{app}/processes/{pid}/logs': () => listen('log:read', { headers: logHeaders }),
  'GET /apps/{app}/processes/{pid}/files': () =>
    read('process:file-read', 'opaque', {
      query: ['file'],
      alsoReadFromHeader: ['file'],
    }),
  'POST /apps/{app}/processes/{pid}/files': () => change('process:file-write', 'plain', { body: 'raw' }),
  'DELETE /apps/{app}/processes/{pid}/files': () =>
    change('process:file-write', 'plain', {
      query: ['files'],
      alsoReadFromHeader: ['files'],
    }),
}
