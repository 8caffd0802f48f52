import { X509Certificate } from 'node:crypto'
import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { AppState } from '../state/app.ts'
import { addCertificate, findCertificate, renewCertificate, toCertificateResponse } from '../state/certificates.ts'
import { findApp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

/** `generated=true` omits uploaded certificates. */
export function listCertificates({ rack, parameters }: Call): RackResponse {
  const all = parameters.generated !== 'true'
  return json(rack.certificates.filter(({ origin }) => all || origin === 'generated').map(toCertificateResponse))
}

export function createCertificate({ rack, parameters }: Call): RackResponse {
  const { pub = '', key = '' } = parameters
  if (!key.includes('PRIVATE KEY-----')) throw new RackError(400, 'the private key is not in PEM')
  const { subjectAltName = '', validTo } = parseCertificate(pub)
  const domains = subjectAltName.split(', ').flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []))
  return json(
    toCertificateResponse(addCertificate(rack, { domains, expires: Date.parse(validTo), origin: 'uploaded' })),
  )
}

export function generateCertificate({ rack, parameters }: Call): RackResponse {
  const domains = (parameters.domains ?? '').split(',').filter((domain) => domain !== '')
  if (domains.length === 0) throw new RackError(400, 'at least one domain is required')
  return json(toCertificateResponse(addCertificate(rack, { domains, origin: 'generated' })))
}

export function deleteCertificate({ rack, variables }: Call): RackResponse {
  const found = findCertificate(rack, variables.certificate ?? '')
  rack.certificates.splice(rack.certificates.indexOf(found), 1)
  return ok()
}

export function renewOneCertificate({ rack, variables }: Call): RackResponse {
  renewCertificate(rack, findCertificate(rack, variables.certificate ?? ''))
  return ok()
}

/** Binds a certificate to a service's port: `ssl update`. */
export function applyCertificate({ rack, variables, parameters }: Call): RackResponse {
  const port = portOf(findApp(rack, variables.app), variables.service ?? '', Number(variables.port))
  port.certificate = findCertificate(rack, parameters.id ?? '').id
  return ok()
}

function portOf({ services }: AppState, service: string, balancer: number): { certificate: string } {
  const found = services.find(({ name }) => name === service)?.ports?.find((port) => port.balancer === balancer)
  if (found === undefined) throw new RackError(404, `port not found: ${service}:${balancer}`)
  return found
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new RackError(400, 'the certificate is not in PEM')
  }
}
