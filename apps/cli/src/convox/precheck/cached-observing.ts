import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { policyCachePrefix, readPolicyCacheFile } from './policy-cache-file.ts'
import { isObserving, type Observing } from './snapshot.ts'

/**
 * Whether a rack is in observe mode, by the newest policy that the gateway has sent for it. Asks no gateway and reads no
 * token.
 *
 * @returns null if the rack enforces the policy, or if no policy of the rack is cached
 */
export function cachedObserving(
  { configPath, now }: { readonly configPath: string; readonly now: number },
  { url, rack }: { readonly url: string; readonly rack: string },
): Observing | null {
  const cached = cachedPolicies(configPath, { url, rack })
    .flatMap((path) => readPolicyCacheFile(path, now) ?? [])
    .sort((one, other) => other.checkedAt - one.checkedAt)
  const [newest] = cached
  const observing = newest === undefined ? null : observingIn(newest.text)
  return observing !== null && Date.parse(observing.until) > now ? observing : null
}

function cachedPolicies(configPath: string, rack: { readonly url: string; readonly rack: string }): string[] {
  try {
    const directory = join(dirname(configPath), 'policy')
    const prefix = policyCachePrefix(rack.url, rack.rack)
    return readdirSync(directory)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(directory, name))
  } catch {
    return []
  }
}

function observingIn(text: string): Observing | null {
  try {
    const { observing }: { readonly observing?: unknown } = JSON.parse(text)
    return isObserving(observing) ? observing : null
  } catch {
    return null
  }
}
