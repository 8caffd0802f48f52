import { type NetworkTarget, networkErrorCode, networkErrorSentence } from '@rack-gateway/errors/network-errors'

/** Why there is no connection to a server, or no answer. */
export interface Unreachable {
  /** In a few words, with the code of the system or of Node at their end. */
  readonly what: string
  /** What to do. */
  readonly next: string
}

const network = 'check the network, and whether a VPN has to be on'
const again = 'try again, and see whether a proxy or firewall is on the way'

const remedies: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'check the address, and whether it runs'],
  ['ECONNRESET', again],
  ['EPIPE', again],
  ['UND_ERR_SOCKET', again],
  ['ETIMEDOUT', network],
  ['UND_ERR_CONNECT_TIMEOUT', network],
  ['EHOSTUNREACH', network],
  ['ENETUNREACH', network],
  ['ENOTFOUND', 'check how it is written, and whether a VPN has to be on'],
  ['EAI_AGAIN', network],
])

/** Why there is no connection or answer, and what to do. Never the error's own words: they may quote others. */
export function unreachableInWords(error: unknown): Unreachable {
  const code = networkErrorCode(error)
  const words = networkErrorSentence(code, targetOf(error)) ?? 'the connection failed'
  return { what: code === '' ? words : `${words} (${code})`, next: remedies.get(code) ?? otherRemedy(code) }
}

function otherRemedy(code: string): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return 'check the port, and whether its address begins with http://'
  if (code.startsWith('HPE_')) return 'check the port, and whether its address begins with https://'
  return 'check the address and the network'
}

/** Of the first of several addresses that were tried, where there were several. */
function targetOf(error: unknown): NetworkTarget {
  const causes: unknown = Reflect.get(Object(error), 'errors')
  if (Array.isArray(causes) && causes.length > 0) return targetOf(causes[0])
  const [address, port, name] = ['address', 'port', 'hostname'].map((field) => Reflect.get(Object(error), field))
  const host = typeof address === 'string' && address.includes(':') ? `[${address}]` : address
  return {
    server: 'the server',
    address: typeof host === 'string' && typeof port === 'number' ? `${host}:${port}` : 'its address',
    host: typeof name === 'string' ? `the host name ${name}` : 'its host name',
  }
}
