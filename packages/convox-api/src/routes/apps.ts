import type { RackRoute } from '../types.ts'
import { change, listen, read } from './table.ts'

export const logHeaders = ['Filter', 'Follow', 'Maxlogrequests', 'Prefix', 'Since', 'Previous', 'Tail']
const metricsQuery = ['start', 'end', 'period', 'metrics']

/** Apps, their services, configs and certificates bound to a port. */
export const appRoutes: readonly RackRoute[] = [
  read('GET', '/apps', 'app:list', 'apps', { scope: 'list' }),
  change('POST', '/apps', 'app:create', 'app', { form: ['name', 'generation', 'timeout'], orHeader: ['name'] }),
  read('GET', '/apps/{app}', 'app:read', 'app'),
  change('PUT', '/apps/{app}', 'app:update', 'plain', { form: ['lock', 'parameters'] }),
  change('DELETE', '/apps/{app}', 'app:delete', 'plain'),
  change('POST', '/apps/{app}/cancel', 'app:cancel', 'plain'),
  read('GET', '/apps/{app}/diagnose', 'diagnose:read', 'opaque', {
    query: ['checks', 'services', 'age', 'all', 'lines', 'events', 'previous'],
  }),
  listen('/apps/{app}/logs', 'log:read', { headers: logHeaders }),
  read('GET', '/apps/{app}/metrics', 'app:read', 'plain', { query: metricsQuery }),
  read('GET', '/apps/{app}/metrics-by-service', 'app:read', 'plain', { query: [...metricsQuery, 'services'] }),
  read('GET', '/apps/{app}/balancers', 'app:read', 'plain'),

  read('GET', '/apps/{app}/manifest/services/{service}', 'app:read', 'manifest-service'),
  read('GET', '/apps/{app}/services', 'app:read', 'plain'),
  change('PUT', '/apps/{app}/services/{service}', 'service:scale', 'plain', {
    form: ['count', 'cpu', 'gpu', 'gpu-vendor', 'memory', 'min', 'max'],
  }),
  change('POST', '/apps/{app}/services/{service}/restart', 'service:restart', 'plain'),
  change('POST', '/apps/{app}/services/{service}/scale-override', 'service:scale', 'plain', {
    form: ['active', 'ack_by'],
    orHeader: ['active', 'ack_by'],
  }),
  change('POST', '/apps/{app}/services/{service}/triggers/enable', 'service:scale', 'plain', {
    form: ['opts', 'ack_by'],
    orHeader: ['opts', 'ack_by'],
  }),
  change('POST', '/apps/{app}/services/{service}/triggers/disable', 'service:scale', 'plain', {
    form: ['ack_by'],
    orHeader: ['ack_by'],
  }),
  change('POST', '/apps/{app}/services/{service}/triggers/threshold', 'service:scale', 'plain', {
    form: ['type', 'threshold', 'ack_by'],
    orHeader: ['type', 'threshold', 'ack_by'],
  }),
  listen('/apps/{app}/services/{service}/logs', 'log:read', { headers: logHeaders }),
  read('GET', '/apps/{app}/services/{service}/metrics', 'app:read', 'plain', { query: metricsQuery }),
  change('PUT', '/apps/{app}/ssl/{service}/{port}', 'app:update', 'plain', { form: ['id'], orHeader: ['id'] }),

  read('GET', '/apps/{app}/configs', 'config:list', 'configs'),
  read('GET', '/apps/{app}/configs/{name}', 'config:list', 'config'),
  change('PUT', '/apps/{app}/configs/{name}', 'config:write', 'plain', { form: ['value'], orHeader: ['value'] }),
]
