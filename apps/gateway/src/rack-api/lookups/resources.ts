import type { Rack } from '@rack-gateway/rack-registry'
import { textField } from '../../json/text-field.ts'
import { askRack } from './rack-question.ts'
import { createTtlCache } from './ttl-cache.ts'

export interface AppResource {
  readonly app: string
  readonly name: string
}

/** Searches only apps that the caller may proxy into. */
export interface ResourceDirectory {
  find(rack: Rack, host: string, port: string, mayProxy: (app: string) => boolean): Promise<AppResource | null>
}

interface ResourceAddress {
  readonly name: string
  /** `host:port`, lower-case. */
  readonly address: string
}

/** Default ports of the kinds of resources that a rack offers, by scheme. */
const defaultPorts: Readonly<Record<string, string>> = {
  postgres: '5432',
  postgresql: '5432',
  mysql: '3306',
  mariadb: '3306',
  redis: '6379',
  rediss: '6379',
  memcached: '11211',
  mongodb: '27017',
  amqp: '5672',
}

export function createResourceDirectory(now: () => number): ResourceDirectory {
  const apps = createTtlCache<readonly string[]>(now)
  const resources = createTtlCache<readonly ResourceAddress[]>(now)

  return {
    async find(rack, host, port, mayProxy) {
      const wanted = `${host.toLowerCase()}:${Number(port)}`
      const names = await apps.get(rack.name, () => appNames(rack))
      for (const app of likeliestFirst(names.filter(mayProxy), host)) {
        const addresses = await resources.get(`${rack.name} ${app}`, () => addressesOf(rack, app))
        const found = addresses.find(({ address }) => address === wanted)
        if (found) return { app, name: found.name }
      }
      return null
    },
  }
}

/** The host of a resource contains the app's name, so most lookups end with the first request. */
function likeliestFirst(apps: readonly string[], host: string): string[] {
  return apps.toSorted((one, other) => Number(host.includes(other)) - Number(host.includes(one)))
}

async function appNames(rack: Rack): Promise<string[]> {
  const { value } = await askRack(rack, '/apps')
  if (!Array.isArray(value)) return []
  return value.flatMap((app) => textField(app, 'name') ?? []).filter((name) => /^[a-z0-9][a-z0-9-]*$/.test(name))
}

async function addressesOf(rack: Rack, app: string): Promise<ResourceAddress[]> {
  const { value } = await askRack(rack, `/apps/${app}/resources`)
  if (!Array.isArray(value)) return []
  return value.flatMap((resource) => {
    const name = textField(resource, 'name')
    const address = addressIn(textField(resource, 'url') ?? '')
    return name === null || address === null ? [] : { name, address }
  })
}

function addressIn(url: string): string | null {
  if (!URL.canParse(url)) return /^[a-z0-9.-]+:[0-9]+$/i.test(url) ? url.toLowerCase() : null
  const { protocol, hostname, port } = new URL(url)
  const portOrDefault = port || defaultPorts[protocol.slice(0, -1)]
  if (hostname !== '') return portOrDefault === undefined ? null : `${hostname.toLowerCase()}:${portOrDefault}`
  return /^[a-z0-9.-]+:[0-9]+$/i.test(url) ? url.toLowerCase() : null
}
