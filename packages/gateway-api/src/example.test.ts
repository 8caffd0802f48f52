import { createGatewayClient } from '@rack-gateway/gateway-api'
import { expect, test } from 'vitest'

test('lists the service accounts of a gateway', async () => {
  const gateway = createGatewayClient({
    /** Replace it with `fetch`: it returns the parsed JSON of a successful response, and throws for every other one. */
    async request({ method, path, body }) {
      expect([method, path, body]).toEqual(['GET', '/gateway/api/v1/service-accounts?limit=10', undefined])
      const createdAt = '2027-01-31T12:00:00Z'
      return {
        items: [{ id: '01890a5d-ac96-774b-bcce-b302099a8057', name: 'ci', createdAt, disabledAt: null }],
        next: null,
      }
    },
  })

  const { items } = await gateway.call('listServiceAccounts', { query: { limit: 10 } })
  expect(items.map(({ name }) => name)).toEqual(['ci'])
})
