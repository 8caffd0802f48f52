import { isDeepStrictEqual } from 'node:util'
import type { FidelityCase } from './cases.ts'
import { sendRaw } from './client.ts'
import type { Upstream } from './upstream.ts'
import type { WireRequest } from './wire.ts'

/** What became of one request: `same`, a refusal before anything was forwarded, or what the rack got instead. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly status: number | null }
  | { readonly kind: 'changed'; readonly what: readonly string[] }

/** Sends one case through a forwarder, and compares what was sent with what came out. */
export async function judge(
  one: FidelityCase,
  forwarder: { readonly url: string },
  upstream: Upstream,
): Promise<Verdict> {
  const before = upstream.received.length
  const status = await sendRaw(forwarder.url, bytesOf(one, forwarder.url))
  const [received, again] = upstream.received.slice(before)
  if (!received) return { kind: 'refused', status }
  const what = again ? ['sent more than once'] : []
  what.push(...differences(one, received))
  if (status !== 200) what.push(`then answered ${status}`)
  return what.length === 0 ? { kind: 'same' } : { kind: 'changed', what }
}

export function bytesOf({ method, target, headers = [], framing = [], body = '' }: FidelityCase, url: string): string {
  const lines = [...framing, ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${lines.join('')}\r\n${body}`
}

export function differences(one: FidelityCase, received: WireRequest): string[] {
  const { method, target, headers = [], body = '', content = body } = one
  const found: string[] = []
  if (received.method !== method) found.push(`method ${received.method}`)
  if (received.target !== target) found.push(`target ${received.target}`)
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  const arrived = received.headers.filter(([name]) => names.has(name.toLowerCase()))
  const lowered = headers.map(([name, value]) => [name.toLowerCase(), value])
  if (isDeepStrictEqual(arrived, lowered) && !isDeepStrictEqual(arrived, headers))
    found.push('header names in lower case')
  else if (!isDeepStrictEqual(arrived, headers)) {
    const shown = arrived.map(([name, value]) => `${name}: ${value}`).join(', ')
    found.push(arrived.length === 0 ? `without ${[...names].join(', ')}` : shown)
  }
  if (received.body !== content) found.push(received.body === '' ? 'without the body' : `body ${received.body}`)
  return found
}
