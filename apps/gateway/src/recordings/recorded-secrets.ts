import { isSecretValue, isVariableName, parseEnv, redactionMark } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import type { Policy } from '@rack-gateway/rbac-policy'
import { compileSecrets, type SecretFinder } from '@rack-gateway/recordings'
import { LRUCache } from 'lru-cache'
import { askRack, textField } from '../rack-api/rack-question.ts'
import { environmentOf } from '../rack-api/release-environment.ts'

/** What must not stand in the recording of a session in a process of an app: found out once for a release. */
export interface RecordedSecrets {
  /**
   * The rack's token, and what the environment of the process's release holds under secret keys.
   *
   * @param process its id, or the name of a service
   * @throws NoSuchRelease, UpstreamUnclear, and what `rack.send` does
   */
  of(rack: Rack, app: string | null, process: string | null): Promise<SecretFinder | null>
}

/** A release never changes, so what was found for it stays. */
const maxRemembered = 100

export function createRecordedSecrets(policy: Policy): RecordedSecrets {
  const remembered = new LRUCache<string, Promise<SecretFinder | null>>({ max: maxRemembered })

  async function ofRelease(rack: Rack, app: string, release: string): Promise<SecretFinder | null> {
    const values = [...parseEnv(await environmentOf(rack, app, release))]
    const secrets = values.filter(([key, value]) => policy.isSecretKey(key) || isSecretValue(value))
    return compileSecrets([
      { value: rack.token, mark: '[rack token]' },
      ...secrets.map(([key, value]) => ({ value, mark: isVariableName(key) ? `[hidden ${key}]` : redactionMark })),
    ])
  }

  function remember(key: string, find: () => Promise<SecretFinder | null>): Promise<SecretFinder | null> {
    const known = remembered.get(key)
    if (known) return known
    const found = find()
    remembered.set(key, found)
    found.catch(() => remembered.delete(key))
    return found
  }

  return {
    async of(rack, app, process) {
      const release = app === null ? null : await releaseOf(rack, app, process)
      if (app === null || release === null)
        return remember(rack.name, async () => compileSecrets([{ value: rack.token, mark: '[rack token]' }]))
      return remember(`${rack.name} ${app} ${release} ${policy.hash}`, () => ofRelease(rack, app, release))
    },
  }
}

/** Of the process; of the app where the rack names no single process. Null for an app without a release. */
async function releaseOf(rack: Rack, app: string, process: string | null): Promise<string | null> {
  if (process !== null) {
    const { value } = await askRack(rack, `/apps/${app}/processes/${process}`)
    const release = textField(value, 'release')
    if (release) return release
  }
  const { value } = await askRack(rack, `/apps/${app}`)
  return textField(value, 'release') || null
}
