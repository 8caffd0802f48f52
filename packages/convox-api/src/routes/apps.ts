import { change, listen, type RouteTable, read } from './route-row.ts'

export const logHeaders = ['Filter', 'Follow', 'Maxlogrequests', 'Prefix', 'Since', 'Previous', 'Tail']
const metricsQuery = ['start', 'end', 'period', 'metrics']

export const appRoutes: RouteTable = {
  'GET /apps': () => read('app:list', 'apps', { scope: 'list' }),
  'POST /apps': () =>
    change('app:create', 'app', { form: ['name', 'generation', 'timeout'], alsoReadFromHeader: ['name'] }),
  'GET /apps/{app}': () => read('app:read', 'app'),
  'PUT /apps/{app}': () => change('app:update', 'plain', { form: ['lock', 'parameters'] }),
  'DELETE /apps/{app}': () => change('app:delete', 'plain'),
  'POST /apps/{app}/cancel': () => change('app:cancel', 'plain'),
  'GET /apps/{app}/diagnose': () =>
    read('diagnose:read', 'opaque', {
      query: ['checks', 'services', 'age', 'all', 'lines', 'events', 'previous'],
    }),
  'WS /apps/{app}/logs': () => listen('log:read', { headers: logHeaders }),
  'GET /apps/{app}/metrics': () => read('app:read', 'plain', { query: metricsQuery }),
  'GET /apps/{app}/metrics-by-service': () => read('app:read', 'plain', { query: [...metricsQuery, 'services'] }),
  'GET /apps/{app}/balancers': () => read('app:read', 'plain'),

  'GET /apps/{app}/manifest/services/{service}': () => read('app:read', 'manifest-service'),
  'GET /apps/{app}/services': () => read('app:read', 'plain'),
  'PUT /apps/{app}/services/{service}': () =>
    change('service:scale', 'plain', {
      form: ['count', 'cpu', 'gpu', 'gpu-vendor', 'memory', 'min', 'max'],
    }),
  'POST /apps/{app}/services/{service}/restart': () => change('service:restart', 'plain'),
  'POST /apps/{app}/services/{service}/scale-override': () =>
    change('service:scale', 'plain', {
      form: ['active', 'ack_by'],
      alsoReadFromHeader: ['active', 'ack_by'],
    }),
  'POST /apps/{app}/services/{service}/triggers/enable': () =>
    change('service:scale', 'plain', {
      form: ['opts', 'ack_by'],
      alsoReadFromHeader: ['opts', 'ack_by'],
    }),
  'POST /apps/{app}/services/{service}/triggers/disable': () =>
    change('service:scale', 'plain', {
      form: ['ack_by'],
      alsoReadFromHeader: ['ack_by'],
    }),
  'POST /apps/{app}/services/{service}/triggers/threshold': () =>
    change('service:scale', 'plain', {
      form: ['type', 'threshold', 'ack_by'],
      alsoReadFromHeader: ['type', 'threshold', 'ack_by'],
    }),
  'WS /apps/{app}/services/{service}/logs': () => listen('log:read', { headers: logHeaders }),
  'GET /apps/{app}/services/{service}/metrics': () => read('app:read', 'plain', { query: metricsQuery }),
  'PUT /apps/{app}/ssl/{service}/{port}': () =>
    change('app:update', 'plain', { form: ['id'], alsoReadFromHeader: ['id'] }),

  'GET /apps/{app}/configs': () => read('config:list', 'configs'),
  'GET /apps/{app}/configs/{name}': () => read('config:list', 'config'),
  'PUT /apps/{app}/configs/{name}': () =>
    change('config:write', 'plain', { form: ['value'], alsoReadFromHeader: ['value'] }),
}
