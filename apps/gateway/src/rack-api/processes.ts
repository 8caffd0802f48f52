import type { Rack } from '@rack-gateway/rack-registry'
import { askRack, textField } from './rack-question.ts'

/** Which service a process belongs to, asked from the rack and remembered briefly: `exec` and `cp` are decided by it. */
export interface ProcessDirectory {
  /** @returns the service's name, or null when the rack knows neither such a process nor such a service */
  serviceOf(rack: Rack, app: string, process: string): Promise<string | null>
}

export interface ProcessDirectoryOptions {
  readonly now: () => number
  /** Milliseconds for which an answer is believed. */
  readonly maxAge: number
  /** Answers kept at most. */
  readonly limit: number
}

export function createProcessDirectory({ now, maxAge, limit }: ProcessDirectoryOptions): ProcessDirectory {
  const known = new Map<string, { service: string; until: number }>()

  function remember(key: string, service: string): void {
    const oldest = known.size >= limit ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(key, { service, until: now() + maxAge })
  }

  return {
    async serviceOf(rack, app, process) {
      const key = `${rack.name} ${app} ${process}`
      const found = known.get(key)
      if (found && found.until > now()) return found.service
      const service = (await serviceOfProcess(rack, app, process)) ?? (await serviceByName(rack, app, process))
      if (service !== null) remember(key, service)
      return service
    },
  }
}

async function serviceOfProcess(rack: Rack, app: string, process: string): Promise<string | null> {
  const { value } = await askRack(rack, `/apps/${app}/processes/${process}`)
  if (textField(value, 'id') !== process) return null
  return textField(value, 'service') ?? textField(value, 'name')
}

/** The rack takes a service's name in a process's place, and picks one of its processes. */
async function serviceByName(rack: Rack, app: string, name: string): Promise<string | null> {
  const { value } = await askRack(rack, `/apps/${app}/services`)
  return Array.isArray(value) && value.some((service) => textField(service, 'name') === name) ? name : null
}
