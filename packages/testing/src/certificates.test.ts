import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import * as certificates from './certificates.ts'

const identities = Object.entries(certificates).filter(
  (entry): entry is [string, certificates.TlsIdentity] => typeof entry[1] === 'object',
)

test.each(identities)('%s has the key of its certificate', (_name, { cert, key }) => {
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true)
})

test('the intermediate signed the certificates of servers, and the root the intermediate', () => {
  const intermediate = new X509Certificate(certificates.intermediateCertificate)
  for (const [name, { cert }] of identities) {
    const certificate = new X509Certificate(cert)
    const isSelfSigned = name === 'selfSignedIdentity'
    expect([name, certificate.verify(intermediate.publicKey)]).toEqual([name, !isSelfSigned])
    expect([name, certificate.verify(certificate.publicKey)]).toEqual([name, isSelfSigned])
  }
  expect(intermediate.verify(new X509Certificate(certificates.rootCertificate).publicKey)).toBe(true)
  expect(intermediate.verify(new X509Certificate(certificates.otherRootCertificate).publicKey)).toBe(false)
})
