import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { expect, onTestFinished, test } from 'vitest'

test('an object is written once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'objects-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  // Or 's3://records/audit?region=eu-west-1', with a lock as the second argument.
  const store = await openObjectStore(readObjectStoreAddress(directory))
  await store.check() // the error says what to do

  const key = '2026/11/25/checkpoint-17'
  await store.put(key, Buffer.from('17'))
  await store.put(key, Buffer.from('17')) // the same bytes again
  await expect(store.put(key, Buffer.from('18'))).rejects.toMatchObject({ code: 'RGW_OBJECT_DIFFERS' })
})
