import type { Clock } from '../clock.ts'
import { connectProvider, type Provider } from './provider.ts'
import type { LoginSettings } from './settings.ts'

const goodFor = 3_600_000
const pauseAfterFailure = 2_000

export type ProviderSource = () => Promise<Provider>

/** The provider when it is needed: discovered once an hour, and after a failure not more often than every two seconds, whoever asks. */
export function createProviderSource(settings: LoginSettings, clock: Clock): ProviderSource {
  let known: Promise<Provider> | null = null
  let until = 0

  return function provider(): Promise<Provider> {
    if (known !== null && clock.now() < until) return known
    const asked = connectProvider(settings, clock)
    known = asked
    until = clock.now() + goodFor
    asked.catch(() => {
      if (known === asked) until = clock.now() + pauseAfterFailure
    })
    return asked
  }
}
