import { verifyEventProof, webCrypto } from '@rack-gateway/audit-proof'
import { expect, test } from 'vitest'

test('a value that is not a proof is not valid', async () => {
  const verification = await verifyEventProof({ format: 'other' }, null, webCrypto)
  expect(verification).toMatchObject({ isValid: false, failed: 'format' })
})
