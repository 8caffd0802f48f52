import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { readTime } from '@rack-gateway/time'
import { itemsProblem, splitAtCommas } from '../values/comma-lists.ts'

const minimumKeyBytes = 32

/** The keys are newest first. They are not decoded: the text itself is the key. */
export function secretKeysProblem(value: string): string | null {
  return itemsProblem(splitAtCommas(value), 'key', (key) => {
    if (key === '') return 'empty'
    return Buffer.byteLength(key) < minimumKeyBytes ? `shorter than ${minimumKeyBytes} bytes` : null
  })
}

/** Stricter than `new URL`, which silently repairs its input. */
export function rackUrlProblem(value: string): string | null {
  if (!/^https?:\/\//i.test(value)) return 'does not begin with https:// or http://'
  if (/[\s\\\p{Cc}]/u.test(value)) return 'has a space, a backslash, or a control character in it'
  if (value.includes('@')) return 'contains credentials, which belong in the RACK_TOKEN variable'
  if (/[?#]/.test(value)) return 'has a query or a fragment'
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null) return 'is not a URL'
  return url.pathname === '/' ? null : 'has a path'
}

export function databaseUrlProblem(value: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(value)) return 'does not begin with postgres://'
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(value))
    return 'is not a URL (special characters in the password must be percent-encoded)'
  const url = new URL(value)
  if (url.hostname === '' && !url.searchParams.has('host')) return 'names no host'
  return url.pathname.length > 1 ? null : 'names no database'
}

/** The end of a date in UTC, or a time with any offset. @returns milliseconds since the epoch, or null */
export function readObserveUntil(value: string): number | null {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(value)
  const start = isDate ? readTime(value, 'typed', 'utc') : readTime(value, 'offset')
  return start !== null && isDate ? start + 86_400_000 : start
}

export function observeUntilProblem(value: string): string | null {
  return readObserveUntil(value) === null ? 'is neither a time nor a date' : null
}

export function networksProblem(value: string): string | null {
  for (const network of splitAtCommas(value)) {
    const [address = '', bits, ...rest] = network.split('/')
    const width = isIP(address) === 4 ? 32 : 128
    const length = bits === undefined ? width : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : -1
    if (isIP(address) === 0 || address.includes('%') || rest.length > 0 || length < 0 || length > width)
      return `has ${JSON.stringify(network)}, which is neither an address nor a network`
    // Every caller would count as a proxy, and could claim any address.
    if (length === 0) return `has ${JSON.stringify(network)}, which trusts everybody`
  }
  return null
}

const npmName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/[A-Za-z0-9._~-]+)*$/

/** Checks only the form. Loading the packages checks that they exist. */
export function policyPackagesProblem(value: string): string | null {
  const entries = splitAtCommas(value)
  for (const [index, entry] of entries.entries()) {
    if (entry === '') return 'has an empty entry'
    if (entries.indexOf(entry) !== index) return `lists ${JSON.stringify(entry)} twice`
    if (!entry.startsWith('./') && !entry.startsWith('../') && !isAbsolute(entry) && !npmName.test(entry))
      return `has ${JSON.stringify(entry)}, which is neither the name of an npm package nor a path that begins with ./, ../, or /`
  }
  return null
}
