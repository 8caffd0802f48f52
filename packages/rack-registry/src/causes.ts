import { isUnknownAuthority } from '@rack-gateway/config/certificate-faults'

/** What went wrong on the way to a rack, by the code of the error, in words for the person who called. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer from its address',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  EHOSTUNREACH: 'no route to its host',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name does not resolve at the moment',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_DESTROYED: 'the gateway is stopping',
  UND_ERR_CLOSED: 'the gateway is stopping',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer ended early',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its answer are too large',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: "the request's body has another length than it says",
  UND_ERR_INVALID_ARG: 'the request holds characters that HTTP does not allow',
  EPROTO: 'it does not speak TLS (is its address http instead of https?)',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it does not speak TLS 1.2 or newer',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it does not speak TLS 1.2 or newer',
  CERT_HAS_EXPIRED: 'its certificate, or that of its authority, has expired',
  CERT_NOT_YET_VALID: 'its certificate, or that of its authority, is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
}

/** The environment's spelling of a rack's name: `us-east` → `US_EAST`. */
export function variableSuffix(rack: string): string {
  return rack.toUpperCase().replaceAll('-', '_')
}

/** Never the error's own message: it may quote what was sent. */
export function causeInWords(error: unknown, rack: string): string {
  const code = codeOf(error)
  if (isUnknownAuthority(code)) {
    const suffix = variableSuffix(rack)
    return `its certificate is not signed by an authority that is known for it (name the authority in RACK_CA_${suffix}; for a certificate that signed itself set RACK_TLS_INSECURE_${suffix}=true, and its key in RACK_TLS_PIN_${suffix} unless it changes at each start, as inside a cluster)`
  }
  const known = causes[code]
  if (known !== undefined) return known
  if (code.startsWith('ERR_SSL_')) return causes.EPROTO ?? code
  if (code.startsWith('HPE_')) return 'its answer is not valid HTTP'
  return code === '' ? 'the connection failed' : `the connection failed (${code})`
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : ''
}
