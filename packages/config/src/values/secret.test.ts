import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

test('a secret is given away by reveal alone', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (value) => {
      const secret = new Secret(value)
      const nested = { deep: [{ secret }] }
      const shown = [
        `${secret}`,
        String(secret),
        JSON.stringify(nested),
        inspect(nested, { depth: 9, showHidden: true }),
        format('%s %o %j', secret, secret, secret),
      ]
      for (const text of shown) {
        expect(text).toContain('[secret]')
        expect(text).not.toContain(value)
      }
      expect(Object.keys(secret)).toEqual([])
      expect(JSON.stringify(structuredClone({ ...secret }))).not.toContain(value)
      expect(secret.reveal()).toBe(value)
    }),
  )
})
