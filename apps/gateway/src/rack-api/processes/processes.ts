import type { Rack } from '@rack-gateway/rack-registry'
import { textField } from '../../json/text-field.ts'
import { askRack } from '../lookups/rack-question.ts'
import { createTtlCache } from '../lookups/ttl-cache.ts'

/** A process of the rack. `service` is null for an unknown process, and for a process without a service. */
export interface FoundProcess {
  readonly known: boolean
  readonly service: string | null
}

/** The decisions about `exec` and `cp` depend on the service of the process. */
export interface ProcessDirectory {
  find(rack: Rack, app: string, process: string): Promise<FoundProcess>
}

const unknownProcess: FoundProcess = { known: false, service: null }

export function createProcessDirectory(now: () => number): ProcessDirectory {
  const cache = createTtlCache<FoundProcess>(now)

  async function ask(rack: Rack, app: string, process: string): Promise<FoundProcess> {
    return (await findProcess(rack, app, process)) ?? (await findService(rack, app, process)) ?? unknownProcess
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

async function findProcess(rack: Rack, app: string, process: string): Promise<FoundProcess | null> {
  const { value } = await askRack(rack, `/apps/${app}/processes/${process}`)
  if (textField(value, 'id') !== process) return null
  const service = textField(value, 'service') ?? textField(value, 'name')
  return { known: true, service: service === '' ? null : service }
}

/** The rack accepts the name of a service instead of a process ID, and chooses a process of the service. */
async function findService(rack: Rack, app: string, name: string): Promise<FoundProcess | null> {
  const { value } = await askRack(rack, `/apps/${app}/services`)
  const found = Array.isArray(value) && value.some((service) => textField(service, 'name') === name)
  return found ? { known: true, service: name } : null
}
