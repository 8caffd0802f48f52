import type { ReceivedRequest } from '@rack-gateway/demo-rack'
import type { Values } from './play.ts'
import type { Sequence, Step } from './sequence.ts'

/** Ids that a command makes, and names that it thinks up. */
const made = /\b[BR][A-Z]{10}\b|\brun-[a-z0-9]{10}\b|\btmp\/[0-9a-f]{30}\.tgz|\{[a-z]+\}/g

/** The requests of a sequence as comparable lines, each once, without the CLI's noise: how often it polls is its own affair. */
export function asMade({ steps }: Sequence, values: Values): { always: string[]; sometimes: string[] } {
  const lines = (some: readonly Step[]) => comparable(some.map((step) => lineOf(step, values)))
  return {
    always: lines(steps.filter((step) => !step.sometimes)),
    sometimes: lines(steps.filter((step) => step.sometimes)),
  }
}

function lineOf({ method, target, form, websocket }: Step, values: Values): string {
  const known = target.replaceAll(/\{([a-z]+)\}/g, (name, key: string) => values.get(key) ?? name)
  return line(websocket ? 'WS' : method, known, Object.keys(form ?? {}))
}

/** What a rack received, as such lines. */
export function asReceived(received: readonly ReceivedRequest[]): string[] {
  return comparable(
    received.map(({ method, target, route, rawHeaders, body }) => {
      const isForm = rawHeaders.includes('application/x-www-form-urlencoded')
      const fields = isForm ? [...new URLSearchParams(body.bytes.toString('latin1')).keys()] : []
      return line(route?.startsWith('WS') ? 'WS' : method, target, fields)
    }),
  )
}

function line(method: string, target: string, fields: readonly string[]): string {
  return [method, target.replaceAll(made, '*'), ...fields.toSorted()].join(' ')
}

function comparable(lines: readonly string[]): string[] {
  return [...new Set(lines)].filter((text) => !/^GET \/(?:machines|racks)\?$/.test(text)).sort()
}
