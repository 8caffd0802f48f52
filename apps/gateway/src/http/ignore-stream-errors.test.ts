import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { ignoreStreamErrors } from './ignore-stream-errors.ts'

test('an error that occurs before a consumer listens does not end the process, and reaches the consumer later', async () => {
  const broken = new Error('broken')
  const stream = ignoreStreamErrors(new Readable({ read() {} }))
  stream.destroy(broken)
  await new Promise((resolve) => stream.once('close', resolve))
  await expect(stream.toArray()).rejects.toBe(broken)
})
