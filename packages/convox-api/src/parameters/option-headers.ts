import { ambiguous, type ParameterError } from '../errors/parameter-error.ts'
import type { RackRoute } from '../routes/types.ts'

type Meaning = 'option' | 'refused'

/** For each route, the meanings of headers by their folded names (lower case, `_` as `-`). */
const meaningsByRoute = new WeakMap<RackRoute, ReadonlyMap<string, Meaning>>()

/**
 * @param rawHeaders alternating names and values, as Node gives them. `request.headers` joins duplicates, which would
 *   hide them.
 * @returns values by lower-case name, bytes as latin1; or an error that names the header
 */
export function readOptionHeaders(
  route: RackRoute,
  rawHeaders: readonly string[],
): ReadonlyMap<string, string> | ParameterError {
  const meanings = meaningsOf(route)
  const options = new Map<string, string>()
  if (meanings.size === 0) return options
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    const meaning = meanings.get(foldName(name))
    if (meaning === undefined) continue
    if (meaning === 'refused') return refusedHeader(name)
    const lower = name.toLowerCase()
    if (!isOptionName(route, lower))
      return ambiguousHeader(
        name,
        'is spelled like an option of this call, but is not one',
        'Write the header with dashes.',
      )
    if (options.has(lower))
      return ambiguousHeader(name, 'was sent more than once, so its value is ambiguous', 'Send the header once.')
    if (hasControlCharacter(value))
      return ambiguousHeader(name, 'contains a control character', 'Remove the character.')
    options.set(lower, value)
  }
  return options
}

function meaningsOf(route: RackRoute): ReadonlyMap<string, Meaning> {
  const known = meaningsByRoute.get(route)
  if (known) return known
  const meanings = new Map<string, Meaning>()
  for (const name of route.headers) meanings.set(foldName(name), 'option')
  for (const name of route.refusedHeaders) meanings.set(foldName(name), 'refused')
  meaningsByRoute.set(route, meanings)
  return meanings
}

function foldName(name: string): string {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}

function isOptionName(route: RackRoute, lower: string): boolean {
  return route.headers.some((name) => name.toLowerCase() === lower)
}

/** Node's HTTP parser lets only the tab through. The check protects callers that use another parser. */
function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return true
  }
  return false
}

function refusedHeader(header: string): ParameterError {
  return {
    rule: 'refused-header',
    reason: `The header ${header} is not allowed on this call: it changes what runs, or the rack could read it as a parameter.`,
    remedy: 'Remove the header.',
    header,
  }
}

function ambiguousHeader(header: string, what: string, remedy: string): ParameterError {
  return { ...ambiguous(`The header ${header} ${what}.`, remedy), header }
}
