import { expect, test } from 'vitest'
import { openCheckout } from './checkout.ts'

test('a directory that is not built is refused with what to do', async () => {
  await expect(openCheckout({ directory: '/no/such/checkout' })).rejects.toThrow(
    /^\/no\/such\/checkout is not a built checkout: .* does not exist\. Run `npx -y pnpm@12\.4\.2 install --frozen-lockfile && npx tsc -b bench` there\.$/,
  )
})

test('a Node that does not start is refused', async () => {
  await expect(openCheckout({ node: '/no/such/node' })).rejects.toThrow('/no/such/node does not start.')
})

test('the default is this checkout with this Node', async () => {
  const { description, node } = await openCheckout({})
  expect(description).toMatch(new RegExp(`^/.*, commit \\S+, Node ${process.version}$`))
  expect(node).toBe(process.execPath)
})
