import { bodyMisfit } from './body-check.ts'
import { readOptionHeaders } from './option-headers.ts'
import { readPairs } from './pairs.ts'
import { ambiguous, type ParameterRefusal, type ParameterRequest } from './parameter-refusal.ts'
import type { RackRoute } from './types.ts'

/** A call's parameters, by place; each has one value and one reading. Header names are lower-case, header values latin1. */
export interface Parameters {
  readonly query: ReadonlyMap<string, string>
  readonly form: ReadonlyMap<string, string>
  readonly headers: ReadonlyMap<string, string>
}

/**
 * Reads what a call says, or refuses it: everything that the rack could take from two places, that two programs could read
 * differently, or that the route doesn't know. What is returned is what the rack will see.
 */
export function readParameters(route: RackRoute, request: ParameterRequest): Parameters | ParameterRefusal {
  const headers = readOptionHeaders(route, request.rawHeaders)
  if ('refused' in headers) return headers
  const query = readQuery(route, request.search)
  if ('refused' in query) return query
  const misfit = bodyMisfit(route, request)
  if (misfit) return misfit
  const text = route.body === 'form' && request.body ? request.body.toString('latin1') : ''
  const form = readValues(text, route.form, 'form')
  if ('refused' in form) return form
  return { query, form, headers }
}

type Place = 'query' | 'form'

const nothing: ReadonlyMap<string, string> = new Map()

function readQuery(route: RackRoute, search: string): ReadonlyMap<string, string> | ParameterRefusal {
  const text = search.slice(1)
  if (text !== '' && route.kind === 'websocket') {
    return ambiguous(
      'a websocket takes no query, since the rack could read the command from it',
      'leave out everything after ?',
    )
  }
  if (text !== '' && route.body === 'form') {
    return ambiguous('this call takes its parameters from the body', 'leave out everything after ?')
  }
  return readValues(text, route.query, 'query')
}

function readValues(
  text: string,
  permitted: readonly string[],
  place: Place,
): ReadonlyMap<string, string> | ParameterRefusal {
  if (text === '') return nothing
  const values = new Map<string, string>()
  for (const pair of readPairs(text)) {
    if (pair.dropped !== null) {
      const { what, next } = droppedPairs[pair.dropped]
      return ambiguous(`the ${place} holds ${what}`, next)
    }
    const { key, value, utf8 } = pair
    if (!utf8) return ambiguous(`the ${place} holds bytes that are not UTF-8`, 'send UTF-8')
    if (key === '') return ambiguous(`the ${place} holds a value without a name`, 'leave it out')
    if (key.includes('\0') || value.includes('\0')) return ambiguous(`the ${place} holds a NUL`, 'leave it out')
    if (!permitted.includes(key)) return unknown(key, permitted, place)
    if (values.has(key)) return ambiguous(`the ${place} parameter ${key} was sent more than once`, 'send it once')
    values.set(key, value)
  }
  return values
}

const droppedPairs = {
  semicolon: { what: 'a semicolon, which some programs read as a separator', next: 'escape it' },
  escape: {
    what: 'a broken percent escape, which the rack would skip together with its parameter',
    next: 'correct it',
  },
} as const

function unknown(key: string, permitted: readonly string[], place: Place): ParameterRefusal {
  const known = permitted.length === 0 ? 'none is' : `permitted: ${permitted.join(', ')}`
  return {
    refused: 'unknown-parameter',
    reason: `the ${place} parameter ${shown(key)} is not permitted on this call (${known})`,
    next: 'leave it out',
  }
}

/** A caller's own word in a sentence: short, printable, and without the percent sign that the CLI would take as a format. */
function shown(key: string): string {
  const plain = key.slice(0, 64).replaceAll(/[^\p{L}\p{N}._[\]-]/gu, '?')
  return key.length > 64 ? `${plain}…` : plain
}
