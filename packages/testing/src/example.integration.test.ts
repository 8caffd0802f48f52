import { once } from 'node:events'
import { createServer } from 'node:http'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { expect, onTestFinished, test } from 'vitest'

test('a token is the password of Basic', async () => {
  const server = createServer((request, response) => response.end(request.headers.authorization))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address?.port}`
  const headers = [`Authorization: ${basicAuthorization('rgt_token')}`]
  const response = await sendRaw(url, writeRequest('GET /apps', headers))
  expect([response.status, response.body]).toEqual([200, 'Basic Y29udm94OnJndF90b2tlbg=='])
})
