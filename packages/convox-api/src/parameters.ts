import { readOptionHeaders } from './option-headers.ts'
import { formType, mediaType, readPairs } from './pairs.ts'
import type { RackRoute } from './types.ts'

/** A call's parameters, by place; each has one value and one reading. Header names are lower-case, header values latin1. */
export interface Parameters {
  readonly query: ReadonlyMap<string, string>
  readonly form: ReadonlyMap<string, string>
  readonly headers: ReadonlyMap<string, string>
}

export type ParameterRule = 'ambiguous-parameters' | 'unknown-parameter' | 'refused-header'

export interface ParameterRefusal {
  readonly refused: ParameterRule
  /** A sentence that names what and says why. Holds nothing of any value. */
  readonly reason: string
  /** The header's name, as it was sent. */
  readonly header?: string
}

export interface ParameterRequest {
  readonly method: string
  /** Empty, or from `?` on. */
  readonly search: string
  /** Empty where there is none. */
  readonly contentType: string
  /** A form's bytes; null where the body is streamed or there is none. */
  readonly body: Buffer | null
  readonly rawHeaders: readonly string[]
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

function readQuery(route: RackRoute, search: string): ReadonlyMap<string, string> | ParameterRefusal {
  const text = search.slice(1)
  if (text !== '' && route.kind === 'websocket') {
    return ambiguous(
      'a websocket takes no query, since the rack could read the command from it; leave out everything after ?',
    )
  }
  if (text !== '' && route.body === 'form') {
    return ambiguous('this call takes its parameters from the body; leave out everything after ?')
  }
  return readValues(text, route.query, 'query')
}

/** What the body, or what announces it, must not be on this route. */
function bodyMisfit(route: RackRoute, { contentType, body, rawHeaders }: ParameterRequest): ParameterRefusal | null {
  const headers = countFraming(rawHeaders)
  if (headers.contentTypes > 1) return ambiguous('the header Content-Type was sent more than once; send it once')
  const type = mediaType(contentType)
  if (type.startsWith('multipart/')) {
    return ambiguous(
      'a multipart body can be read two ways and is not permitted; send parameters url-encoded, files as application/octet-stream',
    )
  }
  if (route.body === 'raw') {
    if (type !== formType) return null
    return ambiguous(
      `this call takes a file as its body, but ${formType} would be read as parameters; send it as application/octet-stream`,
    )
  }
  const empty = body === null ? !headers.announced : body.length === 0
  if (empty) return null
  if (route.body === 'none') return ambiguous('this call takes no body; send it without one')
  if (body === null) return ambiguous('this call takes its parameters from the body, which could not be read')
  if (isPlainForm(contentType)) return null
  return ambiguous(`this call takes its parameters as ${formType}; set that Content-Type, or send no body`)
}

/** Go ignores the whole body over some Content-Type parameters (a doubled one), and none but a charset means anything here. */
function isPlainForm(contentType: string): boolean {
  const [, ...parameters] = contentType.split(';')
  const permitted = parameters.length === 0 || (parameters.length === 1 && isUtf8Charset(parameters[0] ?? ''))
  return mediaType(contentType) === formType && permitted
}

function isUtf8Charset(parameter: string): boolean {
  const spelled = parameter.trim().toLowerCase()
  return spelled === 'charset=utf-8' || spelled === 'charset="utf-8"'
}

function countFraming(rawHeaders: readonly string[]): { contentTypes: number; announced: boolean } {
  let contentTypes = 0
  let announced = false
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (name === 'content-type') contentTypes++
    if (name === 'transfer-encoding' || (name === 'content-length' && rawHeaders[index + 1] !== '0')) announced = true
  }
  return { contentTypes, announced }
}

function readValues(
  text: string,
  permitted: readonly string[],
  place: Place,
): ReadonlyMap<string, string> | ParameterRefusal {
  const values = new Map<string, string>()
  for (const pair of readPairs(text)) {
    if (pair.dropped !== null) return ambiguous(`the ${place} holds ${droppedPairs[pair.dropped]}`)
    const { key, value, utf8 } = pair
    if (!utf8) return ambiguous(`the ${place} holds bytes that are not UTF-8; send UTF-8`)
    if (key === '') return ambiguous(`the ${place} holds a value without a name; leave it out`)
    if (key.includes('\0') || value.includes('\0')) return ambiguous(`the ${place} holds a NUL; leave it out`)
    if (!permitted.includes(key)) return unknown(key, permitted, place)
    if (values.has(key)) return ambiguous(`the ${place} parameter ${key} was sent more than once; send it once`)
    values.set(key, value)
  }
  return values
}

const droppedPairs = {
  semicolon: 'a semicolon, which some programs read as a separator; escape it',
  escape: 'a broken percent escape, which the rack would skip together with its parameter; correct it',
} as const

function unknown(key: string, permitted: readonly string[], place: Place): ParameterRefusal {
  const known = permitted.length === 0 ? 'none is' : `permitted: ${permitted.join(', ')}`
  return {
    refused: 'unknown-parameter',
    reason: `the ${place} parameter ${shown(key)} is not permitted on this call (${known}); leave it out`,
  }
}

/** A caller's own word in a sentence: short, printable, and without the percent sign that the CLI would take as a format. */
function shown(key: string): string {
  const plain = key.slice(0, 64).replaceAll(/[^\p{L}\p{N}._[\]-]/gu, '?')
  return key.length > 64 ? `${plain}…` : plain
}

function ambiguous(reason: string): ParameterRefusal {
  return { refused: 'ambiguous-parameters', reason }
}
