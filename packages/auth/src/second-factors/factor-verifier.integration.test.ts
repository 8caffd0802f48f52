import { expect, test } from 'vitest'
import { startFactors } from '../testing/factors.ts'

test('a code of an authenticator app proves, once', async () => {
  const { addTotp, verify, clock } = await startFactors()
  const { codeAt, id } = await addTotp()
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'used-code' })
  clock.time += 30_000
  expect(await verify({ method: 'totp', code: codeAt() })).toEqual({ proved: true, method: 'totp', factor: id })
  expect(await verify({ method: 'totp', code: codeAt() })).toMatchObject({ proved: false, rule: 'used-code' })
})

test('a passkey proves', async () => {
  const { addPasskey, verify, assertion } = await startFactors()
  const { id, authenticator, backupCodes } = await addPasskey()
  expect(backupCodes).toHaveLength(10)
  expect(await verify(await assertion(authenticator))).toEqual({ proved: true, method: 'passkey', factor: id })
  const [code] = backupCodes ?? []
  expect(await verify({ method: 'backup-code', code: code ?? '' })).toMatchObject({
    proved: true,
    method: 'backup-code',
  })
  expect(await verify({ method: 'backup-code', code: code ?? '' })).toMatchObject({ proved: false, rule: 'wrong-code' })
})
