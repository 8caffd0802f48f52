import { expect, test } from 'vitest'
import { UsageError } from '../definitions/usage-error.ts'
import { archiveAudit } from './archive-audit.ts'

const asked = { to: '/tmp', keep: 13, drop: false, force: false }

test.each([
  [{ lock: '400d' }, /--lock is for S3/],
  [{ to: 's3://bucket/archive', lock: '400' }, /--lock is not a duration/],
  [{ to: 's3://bucket/archive', lock: '0d' }, /--lock is not a duration/],
  [{ keep: 1 }, /at least 2/],
  [{ keep: 2.5 }, /at least 2/],
  [{ keep: Number.NaN }, /at least 2/],
  [{ before: '2026-13' }, /is not a month/],
  [{ before: '2026-10-01' }, /is not a month/],
])('invalid options are rejected before a connection is opened: %j', async (given, sentence) => {
  const refused = archiveAudit({ ...asked, ...given })
  await expect(refused).rejects.toThrow(sentence)
  await expect(refused).rejects.toBeInstanceOf(UsageError)
})

test('an invalid or missing location is rejected with a remedy', async () => {
  await expect(archiveAudit({ ...asked, to: 'somewhere' })).rejects.toThrow(/use an absolute path/)
  await expect(archiveAudit({ ...asked, to: '/nowhere/at/all' })).rejects.toThrow(/there is no such directory/)
})
