import { createServer } from 'node:http'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'

test('a token is the password of Basic', async () => {
  const { url, close } = await listen(createServer((request, response) => response.end(request.headers.authorization)))
  onTestFinished(close)
  const headers = [`Authorization: ${basicAuthorization('rgt_token')}`]
  const response = await sendRaw(url, writeRequest('GET /apps', headers))
  expect([response.status, response.body]).toEqual([200, 'Basic Y29udm94OnJndF90b2tlbg=='])
})
