import { isUnknownAuthority } from '@rack-gateway/config/certificate-faults'
import {
  certificateErrorClause,
  type NetworkTarget,
  networkErrorCode,
  networkErrorSentence,
} from '@rack-gateway/errors/network-errors'

const target: NetworkTarget = { server: 'it', address: 'its address', host: 'its host name' }

/** What else goes wrong with a call to a rack, by the code of the error, in words for the caller. */
const causes: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_DESTROYED', 'the gateway is stopping'],
  ['UND_ERR_CLOSED', 'the gateway is stopping'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'its answer ended early'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the headers of its answer are too large'],
  ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', "the request's body has another length than it says"],
  ['UND_ERR_INVALID_ARG', 'the request holds characters that HTTP does not allow'],
])

/** The environment's spelling of a rack's name: `us-east` → `US_EAST`. */
export function variableSuffix(rack: string): string {
  return rack.toUpperCase().replaceAll('-', '_')
}

/** Never the error's own message: it may quote what was sent. */
export function causeInWords(error: unknown, rack: string): string {
  const code = networkErrorCode(error)
  if (isUnknownAuthority(code)) {
    const suffix = variableSuffix(rack)
    return `its certificate is not signed by an authority that is known for it (name the authority in RACK_CA_${suffix}; for a certificate that signed itself set RACK_TLS_INSECURE_${suffix}=true, and its key in RACK_TLS_PIN_${suffix} unless it changes at each start, as inside a cluster)`
  }
  const fault = certificateErrorClause(code)
  if (fault !== null) return `its certificate ${fault}`
  const known = causes.get(code) ?? networkErrorSentence(code, target)
  if (known !== null) return known.endsWith('TLS') ? `${known} (is its address http instead of https?)` : known
  return code === '' ? 'the connection failed' : `the connection failed (${code})`
}
