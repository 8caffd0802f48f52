import type { Rack } from '@rack-gateway/rack-registry'
import { askRack, textField } from './rack-question.ts'
import { createTtlCache } from './ttl-cache.ts'

/** What the rack says of a process. `service` is null for an unknown one, and for one that belongs to none. */
export interface FoundProcess {
  readonly known: boolean
  readonly service: string | null
}

/** Which service a process belongs to, asked from the rack and remembered briefly: `exec` and `cp` are decided by it. */
export interface ProcessDirectory {
  find(rack: Rack, app: string, process: string): Promise<FoundProcess>
}

const unknown: FoundProcess = { known: false, service: null }

export function createProcessDirectory(now: () => number): ProcessDirectory {
  const cache = createTtlCache<FoundProcess>(now)

  async function ask(rack: Rack, app: string, process: string): Promise<FoundProcess> {
    return (await asProcess(rack, app, process)) ?? (await asService(rack, app, process)) ?? unknown
  }

  return {
    find: (rack, app, process) =>
      cache.get(
        `${rack.name} ${app} ${process}`,
        () => ask(rack, app, process),
        ({ known }) => known,
      ),
  }
}

async function asProcess(rack: Rack, app: string, process: string): Promise<FoundProcess | null> {
  const { value } = await askRack(rack, `/apps/${app}/processes/${process}`)
  if (textField(value, 'id') !== process) return null
  const service = textField(value, 'service') ?? textField(value, 'name')
  return { known: true, service: service === '' ? null : service }
}

/** The rack takes a service's name in a process's place, and picks one of its processes. */
async function asService(rack: Rack, app: string, name: string): Promise<FoundProcess | null> {
  const { value } = await askRack(rack, `/apps/${app}/services`)
  const found = Array.isArray(value) && value.some((service) => textField(service, 'name') === name)
  return found ? { known: true, service: name } : null
}
