import { withFileLock } from '@rack-gateway/config/client'
import type { Context } from '../invocation/context.ts'

/** Milliseconds. Longer than a keychain takes for a read, a write, and a check together, even if it waits for the user. */
const lockTimeout = 240_000
/** What the process with the lock does. The error contains this clause. */
const purpose = 'it changes your credentials, and a keychain may be waiting for you in another window'

/**
 * While `work` runs, only this process changes credentials in the keychain and the configuration file. Other processes
 * can change other parts of the file.
 *
 * @throws ConfigFileLocked
 */
export async function withCredentialsLock<T>(
  { configPath, note, timeouts }: Pick<Context, 'configPath' | 'note' | 'timeouts'>,
  work: () => Promise<T>,
  { waitMs = lockTimeout }: { readonly waitMs?: number } = {},
): Promise<T> {
  const noteTimer = setTimeout(
    () => note('Waiting for another rack-gateway. Its keychain may be asking you to unlock it.'),
    timeouts.notice,
  )
  try {
    return await withFileLock(`${configPath}.credentials`, { waitMs, purpose }, () => {
      clearTimeout(noteTimer)
      return work()
    })
  } finally {
    clearTimeout(noteTimer)
  }
}
