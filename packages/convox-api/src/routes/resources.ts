import type { RackRoute } from '../types.ts'
import { change, execute, read } from './table.ts'

/** An app's resources, and the rack's own (the last block; its changes are blocked for everyone). */
export const resourceRoutes: readonly RackRoute[] = [
  read('GET', '/apps/{app}/resources', 'resource:list', 'resources'),
  read('GET', '/apps/{app}/resources/{name}', 'resource:read', 'resource'),
  execute('/apps/{app}/resources/{name}/console', 'resource:console', { headers: ['Height', 'Width'] }),
  read('GET', '/apps/{app}/resources/{name}/data', 'resource:export', 'opaque'),
  change('PUT', '/apps/{app}/resources/{name}/data', 'resource:import', 'plain', { body: 'raw' }),

  read('GET', '/resources', 'rack-resource:list', 'resources'),
  change('POST', '/resources', 'rack-resource:write', 'resource', {
    form: ['kind', 'name', 'parameters'],
    orHeader: ['kind'],
  }),
  read('OPTIONS', '/resources', 'rack-resource:list', 'plain'),
  read('GET', '/resources/{name}', 'rack-resource:read', 'resource'),
  change('PUT', '/resources/{name}', 'rack-resource:write', 'resource', { form: ['parameters'] }),
  change('DELETE', '/resources/{name}', 'rack-resource:write', 'plain'),
  change('POST', '/resources/{name}/links', 'rack-resource:write', 'resource', { form: ['app'], orHeader: ['app'] }),
  change('DELETE', '/resources/{name}/links/{app}', 'rack-resource:write', 'resource'),
]
