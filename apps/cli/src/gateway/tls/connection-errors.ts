import type { Explanation } from '@rack-gateway/errors'
import { type NetworkTarget, networkErrorClause, networkErrorCode } from '@rack-gateway/errors/network-errors'

const checkNetwork = 'Check the network, and whether a VPN must be on.'
const retry = 'Try again. If it fails again, look for a proxy or firewall on the route.'

const remedies: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Check the address, and whether the server runs.'],
  ['ECONNRESET', retry],
  ['EPIPE', retry],
  ['UND_ERR_SOCKET', retry],
  ['ETIMEDOUT', checkNetwork],
  ['UND_ERR_CONNECT_TIMEOUT', checkNetwork],
  ['EHOSTUNREACH', checkNetwork],
  ['ENETUNREACH', checkNetwork],
  ['ENOTFOUND', 'Check the spelling, and whether a VPN must be on.'],
  ['EAI_AGAIN', checkNetwork],
])

/**
 * The reason is a clause that ends with the error code, if there is one. The reason never contains the message of the
 * error, which may quote what was sent.
 */
export function explainConnectionError(error: unknown): Explanation {
  const code = networkErrorCode(error)
  const clause = networkErrorClause(code, targetOf(error)) ?? 'the connection failed'
  return { reason: code === '' ? clause : `${clause} (${code})`, remedy: remedies.get(code) ?? otherRemedy(code) }
}

function otherRemedy(code: string): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return 'Check the port, and whether the address begins with http://.'
  if (code.startsWith('HPE_')) return 'Check the port, and whether the address begins with https://.'
  return 'Check the address and the network.'
}

/** The server of a failed connection. If several addresses were tried, names the first one. */
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
