import { containsSecret, isVariableName, parseEnv, redactionPlaceholder } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import type { Policy } from '@rack-gateway/rbac-policy'
import { compileSecrets, type SecretFinder } from '@rack-gateway/recordings'
import { LRUCache } from 'lru-cache'
import { textField } from '../json/text-field.ts'
import { askRack } from '../rack-api/lookups/rack-question.ts'
import { environmentOf } from '../rack-api/masks/release-environment.ts'

/** Finds the secrets that must be redacted from recordings. Cached by release, because a release never changes. */
export interface RecordedSecrets {
  /**
   * The token of the rack, and the secret values in the environment of the process's release. If that release is not
   * known, the current release of the app is used. Without an app or a release, only the token is found.
   *
   * @param process the ID of the process, or the name of a service
   * @returns null if there is nothing to search for
   * @throws NoSuchRelease, UpstreamUnclear, and errors of `rack.send`
   */
  find(rack: Rack, app: string | null, process: string | null): Promise<SecretFinder | null>
}

const maxCached = 100

export function createRecordedSecrets(policy: Policy): RecordedSecrets {
  const finders = new LRUCache<string, Promise<SecretFinder | null>>({ max: maxCached })

  async function findInRelease(rack: Rack, app: string, release: string): Promise<SecretFinder | null> {
    const values = [...parseEnv(await environmentOf(rack, app, release))]
    const secrets = values.filter(([key, value]) => policy.isSecretKey(key) || containsSecret(value))
    return compileSecrets([
      { value: rack.token, mark: '[rack token]' },
      ...secrets.map(([key, value]) => ({
        value,
        mark: isVariableName(key) ? `[hidden ${key}]` : redactionPlaceholder,
      })),
    ])
  }

  function findOnce(key: string, find: () => Promise<SecretFinder | null>): Promise<SecretFinder | null> {
    const known = finders.get(key)
    if (known) return known
    const found = find()
    finders.set(key, found)
    found.catch(() => finders.delete(key))
    return found
  }

  return {
    async find(rack, app, process) {
      const release = app === null ? null : await releaseOf(rack, app, process)
      if (app === null || release === null)
        return findOnce(rack.name, async () => compileSecrets([{ value: rack.token, mark: '[rack token]' }]))
      return findOnce(`${rack.name} ${app} ${release} ${policy.hash}`, () => findInRelease(rack, app, release))
    },
  }
}

/** Null for an app without a release. */
async function releaseOf(rack: Rack, app: string, process: string | null): Promise<string | null> {
  if (process !== null) {
    const { value } = await askRack(rack, `/apps/${app}/processes/${process}`)
    const release = textField(value, 'release')
    if (release) return release
  }
  const { value } = await askRack(rack, `/apps/${app}`)
  return textField(value, 'release') || null
}
