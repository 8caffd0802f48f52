import { isUnknownAuthority } from '@rack-gateway/config/certificate-faults'
import {
  certificateErrorClause,
  type NetworkTarget,
  networkErrorClause,
  networkErrorCode,
} from '@rack-gateway/errors/network-errors'

const target: NetworkTarget = { server: 'it', address: 'its address', host: 'its host name' }

/** The reasons by undici's error codes. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_DESTROYED', 'the gateway is stopping'],
  ['UND_ERR_CLOSED', 'the gateway is stopping'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'its response ended early'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the headers of its response are too large'],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'the length of the request body differs from its Content-Length'],
  ['UND_ERR_INVALID_ARG', 'the request contains characters that HTTP does not allow'],
])

/** The suffix of a rack's environment variables: `us-east` → `US_EAST`. */
export function variableSuffix(rack: string): string {
  return rack.toUpperCase().replaceAll('-', '_')
}

/** Does not use the error's message, which may quote the request. */
export function failureReason(error: unknown, rack: string): string {
  const code = networkErrorCode(error)
  if (isUnknownAuthority(code)) {
    const suffix = variableSuffix(rack)
    return `its certificate is not signed by a trusted authority (set its authority in RACK_CA_${suffix}; for a self-signed certificate set RACK_TLS_INSECURE_${suffix}=true and, if the rack keeps its key when it restarts, the key in RACK_TLS_PIN_${suffix})`
  }
  const fault = certificateErrorClause(code)
  if (fault !== null) return `its certificate ${fault}`
  const reason = reasons.get(code) ?? networkErrorClause(code, target)
  if (reason !== null) return reason.endsWith('TLS') ? `${reason} (should its URL begin with http?)` : reason
  return code === '' ? 'the connection failed' : `the connection failed (${code})`
}
