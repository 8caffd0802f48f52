import { withFileLock } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'

/** Milliseconds: longer than a keychain is waited for that asks a person, to read, write and check. */
const patience = 240_000
const meanwhile =
  'what you are logged in with is being changed, with a keychain that may be waiting for you in another window,'

/**
 * Runs `work` while this process alone changes what is logged in with: in the keychain first, which may ask the person for a
 * password, then in the CLI's file. The file itself is free meanwhile: whoever changes something else in it doesn't wait.
 *
 * @throws ConfigFileLocked
 */
export async function withCredentialsLock<T>(
  { configPath, note, timeouts }: Pick<Context, 'configPath' | 'note' | 'timeouts'>,
  work: () => Promise<T>,
  { waitMs = patience }: { readonly waitMs?: number } = {},
): Promise<T> {
  const saying = setTimeout(
    () => note('Waiting for another rack-gateway. Its keychain may be asking you to unlock it.'),
    timeouts.notice,
  )
  try {
    return await withFileLock(`${configPath}.credentials`, { waitMs, meanwhile }, () => {
      clearTimeout(saying)
      return work()
    })
  } finally {
    clearTimeout(saying)
  }
}
