import type { RackRoute } from '../types.ts'
import { logHeaders } from './apps.ts'
import { change, execute, listen, read } from './table.ts'

/** The rack itself: system, certificates, instances, registries, and the doors into its cluster. */
export const rackWideRoutes: readonly RackRoute[] = [
  read('GET', '/auth', 'rack:read', 'plain', { scope: 'list' }),
  read('GET', '/check', 'rack:read', 'plain', { scope: 'list' }),

  read('GET', '/system', 'rack:read', 'system', { scope: 'list' }),
  change('PUT', '/system', 'rack:update', 'plain', { form: ['count', 'force', 'parameters', 'type', 'version'] }),
  read('GET', '/system/capacity', 'rack:read', 'plain'),
  listen('/system/logs', 'rack:log-read', { headers: logHeaders }),
  read('GET', '/system/metrics', 'rack:read', 'plain', { query: ['start', 'end', 'period', 'metrics'] }),
  read('GET', '/system/processes', 'rack:process-list', 'system-processes', { scope: 'list', query: ['all'] }),
  read('GET', '/system/releases', 'rack:read', 'releases'),
  change('PUT', '/system/jwt/rotate', 'rack:token-rotate', 'plain'),
  change('POST', '/system/jwt/token', 'rack:token', 'opaque', {
    form: ['role', 'durationInHour'],
    orHeader: ['role', 'durationInHour'],
  }),
  change('POST', '/system/karpenter/cleanup', 'rack:karpenter-cleanup', 'plain'),
  change('POST', '/events', 'event:send', 'plain', {
    form: ['action', 'data', 'error', 'status'],
    orHeader: ['action'],
  }),

  read('GET', '/certificates', 'certificate:list', 'certificates', { scope: 'list', query: ['generated'] }),
  change('POST', '/certificates', 'certificate:write', 'certificates', {
    form: ['pub', 'key', 'chain'],
    orHeader: ['pub', 'key'],
  }),
  change('POST', '/certificates/generate', 'certificate:write', 'certificates', {
    form: ['domains', 'issuer', 'duration'],
    orHeader: ['domains'],
  }),
  change('DELETE', '/certificates/{id}', 'certificate:write', 'plain'),
  change('POST', '/certificates/{id}/renew', 'certificate:write', 'plain'),
  read('GET', '/letsencrypt/config', 'letsencrypt:read', 'opaque'),
  change('PUT', '/letsencrypt/config', 'letsencrypt:write', 'plain', { body: 'raw' }),

  read('GET', '/instances', 'instance:list', 'plain'),
  change('POST', '/instances/keyroll', 'instance:keyroll', 'opaque'),
  execute('/instances/{id}/shell', 'instance:shell', { headers: ['Command', 'Private-Key', 'Height', 'Width'] }),
  change('DELETE', '/instances/{id}', 'instance:terminate', 'plain'),

  read('GET', '/registries', 'registry:list', 'registries'),
  change('POST', '/registries', 'registry:write', 'registry', {
    form: ['server', 'username', 'password'],
    orHeader: ['server', 'username', 'password'],
  }),
  change('DELETE', '/registries/{server:.*}', 'registry:write', 'plain'),

  execute('/proxy/{host}/{port}', 'proxy:open'),
  change('ANY', '/v2/{path:.*}', 'registry:proxy', 'opaque', { body: 'raw' }),
  change('ANY', '/custom/http/proxy/{path:.*}', 'cluster:http-proxy', 'opaque', {
    body: 'raw',
    headers: ['X-Host', 'X-Port'],
  }),
  change('ANY', '/kubernetes/{path:.*}', 'cluster:api', 'opaque', { body: 'raw' }),
]
