import { hkdfSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { compileSecrets, createRecordings, type DeriveKeys, readRecording } from '@rack-gateway/recordings'
import { expect, onTestFinished, test } from 'vitest'

test('a session is recorded without its secrets, and read again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'recordings-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const store = await openObjectStore(readObjectStoreAddress(directory))
  const deriveKeys: DeriveKeys = (purpose) => [Buffer.from(hkdfSync('sha256', 'secret', '', purpose, 32))]
  const recordings = createRecordings({ store, deriveKeys, onError: console.error })

  const id = '01a21006-6e55-7646-9171-966421143187'
  const header = { cols: 80, rows: 24, startedAt: Date.now(), command: 'bash', title: 'exec web-1' }
  const secrets = compileSecrets([{ value: 'hunter-42', mark: '[hidden PASSWORD]' }])
  const recording = await recordings.begin({ id, header, mode: 'strict', secrets, onGap() {} })
  recording.write('o', Buffer.from('password: hunter-42\r\n'), true)
  const { chunks, head } = recording.finish('cut: the rack closed the connection') // for the `closed` event
  await recordings.close()

  let text = ''
  for await (const part of readRecording({ store, deriveKeys, id, proven: { chunks, head } })) text += part
  expect(text).toContain('password: [hidden PASSWORD]')
})
