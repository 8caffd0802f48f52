import { codeOf } from './error-code.ts'

/** Why there is no connection to a server, or no answer. */
export interface Unreachable {
  /** In a few words, with the code of the system or of Node at their end. */
  readonly what: string
  /** What to do. */
  readonly next: string
}

type Told = readonly [what: string | ((place: Place) => string), next: string]

/** What an error says of where it happened, as far as it does. */
interface Place {
  /** Address and port. */
  readonly at: string | null
  readonly name: string | null
}

const network = 'check the network, and whether a VPN has to be on'
const again = 'try again, and see whether a proxy or firewall is on the way'
const notTls: Told = ['what answers does not speak TLS', 'check the port, and whether its address begins with http://']
const oldTls: Told = [
  'what answers does not speak TLS 1.2 or newer',
  'check the port, and whether its address begins with http://',
]
const silent: Told = [({ at }) => `${at ?? 'its address'} does not answer`, network]
const broken: Told = ['it broke the connection off', again]
const notHttp: Told = [
  'what answers does not speak HTTP',
  'check the port, and whether its address begins with https://',
]
const other: Told = ['the connection failed', 'check the address and the network']

const byCode: ReadonlyMap<string, Told> = new Map([
  ['ECONNREFUSED', [({ at }) => `nothing listens at ${at ?? 'its port'}`, 'check the address, and whether it runs']],
  ['ECONNRESET', broken],
  ['EPIPE', broken],
  ['UND_ERR_SOCKET', broken],
  ['ETIMEDOUT', silent],
  ['UND_ERR_CONNECT_TIMEOUT', silent],
  ['EHOSTUNREACH', ['there is no route to it', network]],
  ['ENETUNREACH', ['there is no route to its network', network]],
  [
    'ENOTFOUND',
    [
      ({ name }) => `${name === null ? 'its name' : `the name ${name}`} is not known`,
      'check how it is written, and whether a VPN has to be on',
    ],
  ],
  ['EAI_AGAIN', [({ name }) => `${name === null ? 'its name' : `the name ${name}`} can't be looked up now`, network]],
  ['EPROTO', notTls],
])

/** Why there is no connection or answer, and what to do. Never the error's own words: they may quote others. */
export function unreachableInWords(error: unknown): Unreachable {
  const code = codeOf(error)
  const [what, next] = toldOf(code)
  const words = typeof what === 'string' ? what : what(placeOf(error))
  return { what: code === '' ? words : `${words} (${code})`, next }
}

function toldOf(code: string): Told {
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return oldTls
  return byCode.get(code) ?? (code.startsWith('HPE_') ? notHttp : other)
}

/** Of the first of several addresses that were tried, where there were several. */
function placeOf(error: unknown): Place {
  const causes: unknown = Reflect.get(Object(error), 'errors')
  if (Array.isArray(causes) && causes.length > 0) return placeOf(causes[0])
  const [address, port, name] = ['address', 'port', 'hostname'].map((field) => Reflect.get(Object(error), field))
  const host = typeof address === 'string' && address.includes(':') ? `[${address}]` : address
  return {
    at: typeof host === 'string' && typeof port === 'number' ? `${host}:${port}` : null,
    name: typeof name === 'string' ? name : null,
  }
}
