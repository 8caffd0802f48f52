import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'

const minimumKeyBytes = 32

/** The keys as written, newest first. They are not decoded: the text itself is the key. */
export function splitSecretKeys(value: string): string[] {
  return value.split(',').map((key) => key.trim())
}

/** The returned problem never contains a part of a key. */
export function secretKeysProblem(value: string): string | null {
  const keys = splitSecretKeys(value)
  for (const [index, key] of keys.entries()) {
    const subject = keys.length === 1 ? 'is' : `has a key (number ${index + 1}) that is`
    if (key === '') return `${subject} empty`
    if (Buffer.byteLength(key) < minimumKeyBytes) return `${subject} shorter than ${minimumKeyBytes} bytes`
    if (keys.indexOf(key) !== index) return `${subject} the same as number ${keys.indexOf(key) + 1}`
  }
  return null
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

export function splitNetworks(value: string): string[] {
  return value.split(',').map((network) => network.trim())
}

export function networksProblem(value: string): string | null {
  for (const network of splitNetworks(value)) {
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

export function splitPolicyPackages(value: string): string[] {
  return value.split(',').map((entry) => entry.trim())
}

const npmName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/[A-Za-z0-9._~-]+)*$/

/** Checks only the form. Loading the packages checks that they exist. */
export function policyPackagesProblem(value: string): string | null {
  const entries = splitPolicyPackages(value)
  for (const [index, entry] of entries.entries()) {
    if (entry === '') return 'has an empty entry'
    if (entries.indexOf(entry) !== index) return `lists ${JSON.stringify(entry)} twice`
    if (!entry.startsWith('./') && !entry.startsWith('../') && !isAbsolute(entry) && !npmName.test(entry))
      return `has ${JSON.stringify(entry)}, which is neither the name of an npm package nor a path that begins with ./, ../, or /`
  }
  return null
}
