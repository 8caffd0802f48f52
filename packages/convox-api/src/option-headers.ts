import type { RackRoute } from './types.ts'

export interface HeaderRefusal {
  readonly refused: 'refused-header' | 'ambiguous-parameters'
  readonly reason: string
  readonly next: string
  readonly header: string
}

/** What a header's name means on one route, by its folded spelling (lower-case, `_` as `-`). */
type Meaning = 'option' | 'refused'

const meanings = new WeakMap<RackRoute, ReadonlyMap<string, Meaning>>()

/**
 * Takes a route's option headers out of the raw ones.
 *
 * @param rawHeaders names and values in turn, as Node gives them: `request.headers` joins doubled ones, which would hide them
 * @returns values by lower-case name, bytes as latin1; or a refusal that names the header
 */
export function readOptionHeaders(
  route: RackRoute,
  rawHeaders: readonly string[],
): ReadonlyMap<string, string> | HeaderRefusal {
  const known = meaningsOf(route)
  const options = new Map<string, string>()
  if (known.size === 0) return options
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    const folded = fold(name)
    const meaning = known.get(folded)
    if (meaning === undefined) continue
    if (meaning === 'refused') return refusedHeader(name)
    const lower = name.toLowerCase()
    if (!spelledAsOption(route, lower)) return lookAlike(name)
    if (options.has(lower)) return doubled(name)
    if (hasControl(value)) return control(name)
    options.set(lower, value)
  }
  return options
}

function meaningsOf(route: RackRoute): ReadonlyMap<string, Meaning> {
  const known = meanings.get(route)
  if (known) return known
  const made = new Map<string, Meaning>()
  for (const name of route.headers) made.set(fold(name), 'option')
  for (const name of route.refusedHeaders) made.set(fold(name), 'refused')
  meanings.set(route, made)
  return made
}

function fold(name: string): string {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}

function spelledAsOption(route: RackRoute, lower: string): boolean {
  return route.headers.some((name) => name.toLowerCase() === lower)
}

/** Node's parser lets none of these through but the tab; a caller that isn't Node's parser might. */
function hasControl(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return true
  }
  return false
}

function refusedHeader(header: string): HeaderRefusal {
  const [reason, next] = [
    `the header ${header} is not permitted on this call, since it would change what runs or could be read as a parameter`,
    'leave it out',
  ]
  return { refused: 'refused-header', reason, next, header }
}

function lookAlike(header: string): HeaderRefusal {
  const [reason, next] = [
    `the header ${header} is spelled like an option of this call but is not one`,
    'write it with dashes',
  ]
  return { refused: 'ambiguous-parameters', reason, next, header }
}

function doubled(header: string): HeaderRefusal {
  const [reason, next] = [`the header ${header} was sent more than once, so it can be read two ways`, 'send it once']
  return { refused: 'ambiguous-parameters', reason, next, header }
}

function control(header: string): HeaderRefusal {
  const [reason, next] = [`the header ${header} holds a control character`, 'leave it out']
  return { refused: 'ambiguous-parameters', reason, next, header }
}
