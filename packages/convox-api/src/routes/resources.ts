import { change, execute, type RouteTable, read } from './route-row.ts'

/** The built-in policy blocks changes of the rack's resources for everyone. */
export const resourceRoutes: RouteTable = {
  'GET /apps/{app}/resources': () => read('resource:list', 'resources'),
  'GET /apps/{app}/resources/{name}': () => read('resource:read', 'resource'),
  'WS /apps/{app}/resources/{name}/console': () => execute('resource:console', { headers: ['Height', 'Width'] }),
  'GET /apps/{app}/resources/{name}/data': () => read('resource:export', 'opaque'),
  'PUT /apps/{app}/resources/{name}/data': () => change('resource:import', 'plain', { body: 'raw' }),

  'GET /resources': () => read('rack-resource:list', 'resources'),
  'POST /resources': () =>
    change('rack-resource:write', 'resource', {
      form: ['kind', 'name', 'parameters'],
      alsoReadFromHeader: ['kind'],
    }),
  'OPTIONS /resources': () => read('rack-resource:list', 'plain'),
  'GET /resources/{name}': () => read('rack-resource:read', 'resource'),
  'PUT /resources/{name}': () => change('rack-resource:write', 'resource', { form: ['parameters'] }),
  'DELETE /resources/{name}': () => change('rack-resource:write', 'plain'),
  'POST /resources/{name}/links': () =>
    change('rack-resource:write', 'resource', { form: ['app'], alsoReadFromHeader: ['app'] }),
  'DELETE /resources/{name}/links/{app}': () => change('rack-resource:write', 'resource'),
}
