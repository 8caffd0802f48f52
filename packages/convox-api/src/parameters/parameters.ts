import { ambiguous, type ParameterError, type ParameterRequest } from '../errors/parameter-error.ts'
import { readPairsInSteps } from '../forms/pairs.ts'
import type { RackRoute } from '../routes/types.ts'
import { runToEnd, type Steps } from '../steps/steps.ts'
import { checkBody } from './body-check.ts'
import { readOptionHeaders } from './option-headers.ts'

/** A call's parameters by source; each has exactly one value. Header names are lower-case, header values latin1. */
export interface Parameters {
  readonly query: ReadonlyMap<string, string>
  readonly form: ReadonlyMap<string, string>
  readonly headers: ReadonlyMap<string, string>
}

/**
 * Reads a call's parameters. Rejects parameters that the rack could read from two sources, that two parsers could read
 * differently, or that the route does not define. The rack receives exactly the returned values.
 */
export function readParameters(route: RackRoute, request: ParameterRequest): Parameters | ParameterError {
  return runToEnd(readParametersInSteps(route, request))
}

/** As `readParameters`, for large forms. */
export function* readParametersInSteps(
  route: RackRoute,
  request: ParameterRequest,
): Steps<Parameters | ParameterError> {
  const headers = readOptionHeaders(route, request.rawHeaders)
  if ('rule' in headers) return headers
  const query = readQuery(route, request.search)
  if ('rule' in query) return query
  const bodyError = checkBody(route, request)
  if (bodyError) return bodyError
  const form = route.body === 'form' && request.body ? yield* readValues(request.body, route.form, 'form') : noValues
  if ('rule' in form) return form
  return { query, form, headers }
}

type ParameterSource = 'query' | 'form'

const noValues: ReadonlyMap<string, string> = new Map()

function readQuery(route: RackRoute, search: string): ReadonlyMap<string, string> | ParameterError {
  const text = search.slice(1)
  if (text !== '' && route.kind === 'websocket') {
    return ambiguous(
      'A websocket takes no query, because the rack could read the command from it.',
      'Remove everything after the question mark.',
    )
  }
  if (text !== '' && route.body === 'form') {
    return ambiguous(
      'This call takes its parameters from the body, not from the query.',
      'Remove everything after the question mark.',
    )
  }
  return text === '' ? noValues : runToEnd(readValues(Buffer.from(text, 'latin1'), route.query, 'query'))
}

function* readValues(
  bytes: Buffer,
  allowed: readonly string[],
  source: ParameterSource,
): Steps<ReadonlyMap<string, string> | ParameterError> {
  if (bytes.length === 0) return noValues
  const values = new Map<string, string>()
  for (const pair of readPairsInSteps(bytes)) {
    if (pair === null) {
      yield
      continue
    }
    if (pair.dropped !== null) {
      const { what, remedy } = droppedPairs[pair.dropped]
      return ambiguous(`The ${source} contains ${what}.`, remedy)
    }
    const { key, value, utf8 } = pair
    if (!utf8) return ambiguous(`The ${source} contains bytes that are not UTF-8.`, 'Send UTF-8.')
    if (key === '') return ambiguous(`The ${source} contains a value without a name.`, 'Remove the value.')
    if (key.includes('\0') || value.includes('\0'))
      return ambiguous(`The ${source} contains a NUL character.`, 'Remove the character.')
    if (!allowed.includes(key)) return unknownParameter(key, allowed, source)
    if (values.has(key)) return ambiguous(`The ${source} parameter ${key} was sent more than once.`, 'Send it once.')
    values.set(key, value)
  }
  return values
}

const droppedPairs = {
  semicolon: { what: 'a semicolon, which some programs read as a separator', remedy: 'Escape the semicolon.' },
  escape: {
    what: 'an invalid percent escape, for which the rack would skip the parameter',
    remedy: 'Correct the escape.',
  },
} as const

function unknownParameter(key: string, allowed: readonly string[], source: ParameterSource): ParameterError {
  const known = allowed.length === 0 ? 'It takes none.' : `It takes ${allowed.join(', ')}.`
  return {
    rule: 'unknown-parameter',
    reason: `This call takes no ${source} parameter ${printable(key)}. ${known}`,
    remedy: 'Remove the parameter.',
  }
}

/** The convox CLI would read a percent sign in a message as a format. */
function printable(key: string): string {
  const plain = key.slice(0, 64).replaceAll(/[^\p{L}\p{N}._[\]-]/gu, '?')
  return key.length > 64 ? `${plain}…` : plain
}
