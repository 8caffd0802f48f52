import { notFound, RackError } from '../errors/rack-error.ts'
import { findApp, type RackResource, type RackState } from './rack.ts'

export interface ResourceType {
  readonly name: string
  readonly parameters: readonly { readonly default: string; readonly description: string; readonly name: string }[]
}

const durable = { default: 'false', description: 'keep the data on a second machine', name: 'Durable' }

/** The kinds of resources that the rack can create. */
export const resourceTypes: readonly ResourceType[] = [
  { name: 'memcached', parameters: [] },
  { name: 'mysql', parameters: [durable] },
  { name: 'postgres', parameters: [durable] },
  { name: 'redis', parameters: [durable] },
  { name: 'syslog', parameters: [{ default: '', description: 'address of the receiver', name: 'Url' }] },
]

const stepTime = 1000

export function findRackResource(rack: RackState, name: string): RackResource {
  const found = rack.resources.get(name)
  if (found === undefined) throw notFound('resource', name)
  return found
}

/** The resource is `creating` for a second. @throws RackError 400 for an unknown kind, 409 for an existing name */
export function createRackResource(
  rack: RackState,
  details: { kind: string; name: string; parameters: Record<string, string> },
): RackResource {
  const type = resourceTypes.find(({ name }) => name === details.kind)
  if (type === undefined) throw new RackError(400, `unknown resource type: ${details.kind}`)
  const name = details.name || `${type.name}-${rack.random.below(9000) + 1000}`
  if (rack.resources.has(name)) throw new RackError(409, `resource already exists: ${name}`)
  const resource: RackResource = {
    name,
    parameters: { ...Object.fromEntries(type.parameters.map((one) => [one.name, one.default])), ...details.parameters },
    status: 'creating',
    type: type.name,
    url: details.parameters.Url ?? `${type.name}://rack:rackrespass@${name}.${rack.system.domain}/data`,
    apps: [],
  }
  rack.resources.set(name, resource)
  rack.clock.after(stepTime, () => {
    if (resource.status === 'creating') resource.status = 'running'
  })
  return resource
}

/** The resource is `deleting` for a second. @throws RackError 409 while an app is linked to it */
export function deleteRackResource(rack: RackState, resource: RackResource): void {
  if (resource.apps.length > 0) throw new RackError(409, `resource is linked to an app: ${resource.name}`)
  resource.status = 'deleting'
  rack.clock.after(stepTime, () => void rack.resources.delete(resource.name))
}

export function linkApp(rack: RackState, resource: RackResource, name: string): void {
  const { app } = findApp(rack, name)
  if (resource.apps.includes(app)) throw new RackError(409, `app is already linked: ${name}`)
  resource.apps.push(app)
}

export function unlinkApp(resource: RackResource, name: string): void {
  if (!resource.apps.some((app) => app.name === name)) throw new RackError(404, `app is not linked: ${name}`)
  resource.apps = resource.apps.filter((app) => app.name !== name)
}
