import { systemLogs } from '../handlers/logs.ts'
import * as system from '../handlers/system.ts'
import type { DemoRoute } from '../types.ts'
import { ok } from '../wire/answers.ts'
import { http, later, websocket } from './define.ts'

const logOptions = { header: ['Filter', 'Follow', 'Maxlogrequests', 'Prefix', 'Since', 'Previous', 'Tail'] }
const shellOptions = { header: ['Command', 'Private-Key', 'Height', 'Width'] }
const systemFields = { form: ['count', 'force', 'parameters', 'type', 'version'] }
const metricOptions = { query: ['start', 'end', 'period', 'metrics'] }

/** Everything that isn't below `/apps`; `/check` is served before authentication. */
export const rackRoutes: readonly DemoRoute[] = [
  http('GET', '/auth', () => ok()),
  http('GET', '/check', () => ok()),
  http('GET', '/system', system.getSystem),
  http('PUT', '/system', system.updateSystem, systemFields),
  http('GET', '/system/processes', system.listSystemProcesses, { query: ['all'] }),
  http('GET', '/system/releases', system.listSystemReleases),
  websocket('/system/logs', systemLogs, logOptions),
  later('GET', '/system/metrics', metricOptions),
  later('GET', '/system/capacity'),
  later('PUT', '/system/jwt/rotate'),
  later('POST', '/system/jwt/token', { value: ['role', 'durationInHour'] }),
  later('POST', '/system/karpenter/cleanup'),
  http('GET', '/certificates', system.listCertificates, { form: ['generated'] }),
  later('POST', '/certificates', { value: ['pub', 'key'], form: ['chain'] }),
  later('POST', '/certificates/generate', { value: ['domains'], form: ['issuer', 'duration'] }),
  later('DELETE', '/certificates/{certificate}'),
  later('POST', '/certificates/{certificate}/renew'),
  later('GET', '/letsencrypt/config'),
  later('PUT', '/letsencrypt/config'),
  later('POST', '/events', { value: ['action'], form: ['data', 'error', 'status'] }),
  http('GET', '/instances', system.listInstances),
  later('POST', '/instances/keyroll'),
  later('WS', '/instances/{instance}/shell', shellOptions),
  later('DELETE', '/instances/{instance}'),
  http('GET', '/registries', system.listRegistries),
  later('POST', '/registries', { value: ['server', 'username', 'password'] }),
  later('DELETE', '/registries/{server:.*}'),
  later('ANY', '/v2/{path:.*}'),
  later('ANY', '/custom/http/proxy/{path:.*}', { header: ['X-Host', 'X-Port'] }),
  later('WS', '/proxy/{host}/{port}'),
  later('GET', '/resources'),
  later('POST', '/resources', { value: ['kind'], form: ['name', 'parameters'] }),
  later('OPTIONS', '/resources'),
  later('GET', '/resources/{resource}'),
  later('PUT', '/resources/{resource}', { form: ['parameters'] }),
  later('DELETE', '/resources/{resource}'),
  later('POST', '/resources/{resource}/links', { value: ['app'] }),
  later('DELETE', '/resources/{resource}/links/{app}'),
]
