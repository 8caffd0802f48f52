import { expect, test } from 'vitest'
import { deriveLoginKeys } from './login-keys.ts'

const [older, newer] = ['o', 'n'].map((sign) => Buffer.from(sign.repeat(32)))
if (!older || !newer) throw new Error('there are two keys')

test('each purpose has its own keys, newest first', () => {
  const keys = Object.values(deriveLoginKeys([newer, older]))
  const all = keys.flat().map((key) => Buffer.from(key).toString('hex'))
  expect(new Set(all).size).toBe(2 * keys.length)
  expect(keys.map(([, second]) => second)).toEqual(Object.values(deriveLoginKeys([older])).map(([first]) => first))
})

test('the keys stay the same from version to version, so that cookies and refresh tokens stay readable', () => {
  const keys = Object.entries(deriveLoginKeys([older])).map(([purpose, [key]]) => [
    purpose,
    Buffer.from(key ?? []).toString('hex'),
  ])
  expect(Object.fromEntries(keys)).toMatchInlineSnapshot(`
    {
      "backupCodes": "8e524fb179cba99865e7d5dc9360a121333a904ed2ace2a441c81ad64b95835b",
      "csrfTokens": "e812b0efae569b9835e0dbf136fa727bb977f06ae0b7b372f5a3adce6a11b061",
      "deviceCodes": "a111c3190bb7ce720e573ab718aafab3482588d7a1ee114ecca5567f30668d1d",
      "loginAttempts": "fbf4d1c388fc6f1051d202152697a2ce0ebc06fd033f157c346d68d529df606d",
      "loopbackLogins": "76d7718d66380369acbe6c8d65755cb06c07c742e88281ba232c9f0ffcbe887e",
      "providerRefreshTokens": "92d150c92818d60fc97b0493b69e244b9abb1fdd6a1aac0b1d59669ab11f409a",
      "stepUpCodes": "65bc643131810bdaaffa01ed061b2a670b19401f99390ccd8d516c1c039f592f",
      "totpSecrets": "25a42a5a6477eb20595065ef60a35ef41d072b532c4e3022c72dc0dc2eef945e",
      "typedCodes": "648cc28ee09bd416fd91782aad39c06c7ce7961004239f5ae6c0f29be9d52493",
    }
  `)
})
