import { goTime } from '../determinism/clock.ts'
import { newId } from '../determinism/random.ts'
import { RackError } from '../errors/rack-error.ts'
import type { Certificate, RackState } from './rack.ts'

const day = 24 * 3_600_000

/** @throws RackError 404 */
export function findCertificate(rack: RackState, id: string): Certificate {
  const found = rack.certificates.find((certificate) => certificate.id === id)
  if (found === undefined) throw new RackError(404, `certificate not found: ${id}`)
  return found
}

export function addCertificate(
  rack: RackState,
  details: { domains: readonly string[]; expires?: number; origin: Certificate['origin'] },
): Certificate {
  const certificate: Certificate = {
    id: newId.certificate(rack.random),
    domain: details.domains[0] ?? '',
    domains: details.domains,
    expiration: goTime(details.expires ?? rack.clock.now() + 90 * day),
    status: 'Ready',
    origin: details.origin,
  }
  rack.certificates.push(certificate)
  return certificate
}

export function renewCertificate(rack: RackState, certificate: Certificate): void {
  certificate.expiration = goTime(rack.clock.now() + 90 * day)
}

export function toCertificateResponse({ origin: _, ...response }: Certificate): Omit<Certificate, 'origin'> {
  return response
}
