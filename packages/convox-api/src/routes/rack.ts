import { logHeaders } from './apps.ts'
import { change, execute, listen, type RouteTable, read } from './route-row.ts'

export const rackWideRoutes: RouteTable = {
  'GET /auth': () => read('rack:read', 'plain', { scope: 'list' }),
  'GET /check': () => read('rack:read', 'plain', { scope: 'list' }),

  'GET /system': () => read('rack:read', 'system', { scope: 'list' }),
  'PUT /system': () => change('rack:update', 'plain', { form: ['count', 'force', 'parameters', 'type', 'version'] }),
  'GET /system/capacity': () => read('rack:read', 'plain'),
  'WS /system/logs': () => listen('rack:log-read', { headers: logHeaders }),
  'GET /system/metrics': () => read('rack:read', 'plain', { query: ['start', 'end', 'period', 'metrics'] }),
  'GET /system/processes': () => read('rack:process-list', 'system-processes', { scope: 'list', query: ['all'] }),
  'GET /system/releases': () => read('rack:read', 'releases'),
  'PUT /system/jwt/rotate': () => change('rack:token-rotate', 'plain'),
  'POST /system/jwt/token': () =>
    change('rack:token', 'opaque', {
      form: ['role', 'durationInHour'],
      alsoReadFromHeader: ['role', 'durationInHour'],
    }),
  'POST /system/karpenter/cleanup': () => change('rack:karpenter-cleanup', 'plain'),
  'POST /events': () =>
    change('event:send', 'plain', {
      form: ['action', 'data', 'error', 'status'],
      alsoReadFromHeader: ['action'],
    }),

  'GET /certificates': () => read('certificate:list', 'certificates', { scope: 'list', query: ['generated'] }),
  'POST /certificates': () =>
    change('certificate:write', 'certificates', {
      form: ['pub', 'key', 'chain'],
      alsoReadFromHeader: ['pub', 'key'],
    }),
  'POST /certificates/generate': () =>
    change('certificate:write', 'certificates', {
      form: ['domains', 'issuer', 'duration'],
      alsoReadFromHeader: ['domains'],
    }),
  'DELETE /certificates/{id}': () => change('certificate:write', 'plain'),
  'POST /certificates/{id}/renew': () => change('certificate:write', 'plain'),
  'GET /letsencrypt/config': () => read('letsencrypt:read', 'opaque'),
  'PUT /letsencrypt/config': () => change('letsencrypt:write', 'plain', { body: 'raw' }),

  'GET /instances': () => read('instance:list', 'plain'),
  'POST /instances/keyroll': () => change('instance:keyroll', 'opaque'),
  'WS /instances/{id}/shell': () =>
    execute('instance:shell', { headers: ['Command', 'Private-Key', 'Height', 'Width'] }),
  'DELETE /instances/{id}': () => change('instance:terminate', 'plain'),

  'GET /registries': () => read('registry:list', 'registries'),
  'POST /registries': () =>
    change('registry:write', 'registry', {
      form: ['server', 'username', 'password'],
      alsoReadFromHeader: ['server', 'username', 'password'],
    }),
  'DELETE /registries/{server:.*}': () => change('registry:write', 'plain'),

  'WS /proxy/{host}/{port}': () => execute('proxy:open'),
  'ANY /v2/{path:.*}': () => change('registry:proxy', 'opaque', { body: 'raw' }),
  'ANY /custom/http/proxy/{path:.*}': () =>
    change('cluster:http-proxy', 'opaque', {
      body: 'raw',
      headers: ['X-Host', 'X-Port'],
    }),
  'ANY /kubernetes/{path:.*}': () => change('cluster:api', 'opaque', { body: 'raw' }),
}
