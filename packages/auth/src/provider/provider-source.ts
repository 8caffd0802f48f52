import type { Clock } from '@rack-gateway/time'
import { connectProvider, type Provider } from './provider.ts'
import type { LoginSettings } from './settings.ts'

const lifetime = 3_600_000
const pauseAfterFailure = 2_000

export type ProviderSource = () => Promise<Provider>

/** Discovers the provider at most once an hour, or every two seconds after a failure, for all callers together. */
export function createProviderSource(settings: LoginSettings, clock: Clock): ProviderSource {
  let cached: Promise<Provider> | null = null
  let until = 0

  return function provider(): Promise<Provider> {
    if (cached !== null && clock.now() < until) return cached
    const discovery = connectProvider(settings, clock)
    cached = discovery
    until = clock.now() + lifetime
    discovery.catch(() => {
      if (cached === discovery) until = clock.now() + pauseAfterFailure
    })
    return discovery
  }
}
