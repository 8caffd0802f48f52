import { splitAtCommas } from '../values/comma-lists.ts'
import { readSmallSize } from '../values/size.ts'

const loopback: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

const schemes = [
  'stdout:',
  'file:',
  'syslog+tls:',
  'syslog+tcp:',
  'https:',
  'http:',
  'otlp+https:',
  'otlp+http:',
  's3:',
]
const unencrypted: readonly string[] = ['http:', 'otlp+http:', 'syslog+tcp:']

/** Allowed query parameters by scheme. The parameters of other schemes are not checked. */
const parameters: Readonly<Record<string, Readonly<Record<string, (value: string) => boolean>>>> = {
  'file:': { rotate: (value) => readSmallSize(value) !== null, keep: (value) => /^[1-9]\d{0,2}$/.test(value) },
  'syslog+tls:': { limit: isMessageLimit },
  'syslog+tcp:': { limit: isMessageLimit },
}

/** Never quotes the URL, which can contain secrets. */
export function sinkUrlProblem(value: string): string | null {
  if (/[\s\\\p{Cc}]/u.test(value)) return 'has a space, a backslash, or a control character in it'
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null) return 'is not a URL'
  const { protocol } = url
  if (!schemes.includes(protocol)) return 'does not begin with the name of a kind of sink'
  if (url.username !== '' || url.password !== '')
    return 'contains credentials, which belong in an AUDIT_SINK_HEADER variable'
  if (url.hash !== '') return 'has a fragment'
  if (unencrypted.includes(protocol) && !loopback.includes(url.hostname)) return 'would send events unencrypted'
  return destinationProblem(url) ?? parameterProblem(url)
}

function destinationProblem({ protocol, hostname, pathname, search }: URL): string | null {
  switch (protocol) {
    case 'stdout:':
      return hostname === '' && pathname === '' && search === '' ? null : 'has something after stdout:'
    case 'file:':
      if (hostname !== '' || pathname.length < 2 || pathname.endsWith('/')) return 'names no file'
      return isPlainPath(pathname) ? null : 'has %2F, %5C, %00, or an invalid percent-escape in its path'
    case 'syslog+tls:':
    case 'syslog+tcp:':
      if (hostname === '') return 'names no host'
      return pathname === '' || pathname === '/' ? null : 'has a path'
    case 's3:':
      return hostname === '' ? 'names no bucket' : null
    default:
      return hostname === '' ? 'names no host' : null
  }
}

function isPlainPath(pathname: string): boolean {
  try {
    return !/%2f|%5c|%00/i.test(pathname) && decodeURIComponent(pathname).length >= 0
  } catch {
    return false
  }
}

function parameterProblem({ protocol, searchParams }: URL): string | null {
  const known = parameters[protocol]
  if (known === undefined) return null
  for (const [name, value] of searchParams) {
    if (!Object.hasOwn(known, name)) return `has a parameter that ${protocol}// does not support`
    if (!known[name]?.(value)) return `has an invalid value of ${name}`
  }
  return null
}

/** Every receiver accepts at least 2,048 bytes (RFC 5425, section 4.3.1). */
function isMessageLimit(value: string): boolean {
  const bytes = readSmallSize(value)
  return bytes !== null && bytes >= 2048 && bytes <= 1024 ** 2
}

/** Newest first. Standard Webhooks prefixes a key with `whsec_`. */
export function sinkKeysOf(value: string): Buffer[] {
  return splitAtCommas(value).map((key) => Buffer.from(key.replace(/^whsec_/, ''), 'base64'))
}

export function sinkKeysProblem(value: string): string | null {
  const texts = splitAtCommas(value).map((key) => key.replace(/^whsec_/, ''))
  for (const [index, text] of texts.entries()) {
    const subject = texts.length === 1 ? 'is' : `has a key (number ${index + 1}) that is`
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return `${subject} not base64`
    const { length } = Buffer.from(text, 'base64')
    if (length < 24 || length > 64) return `${subject} not of 24 to 64 bytes`
  }
  return null
}

const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/
const gatewayHeaders = /^(content-|host$|transfer-encoding$|connection$|user-agent$|webhook-)/i

export function headerOf(value: string): { readonly name: string; readonly value: string } | null {
  const [, name, content] = header.exec(value) ?? []
  return name === undefined || content === undefined ? null : { name: name.toLowerCase(), value: content }
}

export function headerProblem(value: string): string | null {
  const parsed = headerOf(value)
  if (parsed === null) return 'is not a header of the form Name: value'
  return gatewayHeaders.test(parsed.name) ? 'has a header that the gateway sets itself' : null
}

/** Checks only the form. Creating the sink checks that the kinds exist. */
export function kindsProblem(value: string): string | null {
  const wrong = splitAtCommas(value).find((kind) => !/^[a-z][a-z.-]*\*?$/.test(kind))
  return wrong === undefined ? null : 'has an entry that is neither a kind nor a prefix of kinds with * after it'
}
