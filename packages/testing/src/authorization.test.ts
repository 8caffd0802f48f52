import { expect, test } from 'vitest'
import { basicAuthorization, basicAuthorizationOf } from './authorization.ts'

test('the example of RFC 7617, section 2, and the user name of the convox CLI', () => {
  expect(basicAuthorization('open sesame', 'Aladdin')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
  expect(basicAuthorization('token')).toBe('Basic Y29udm94OnRva2Vu')
  expect(basicAuthorizationOf(Buffer.from([0xff]))).toBe('Basic /w==')
})
