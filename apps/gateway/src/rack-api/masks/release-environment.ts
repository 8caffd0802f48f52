import type { Rack } from '@rack-gateway/rack-registry'
import { NoSuchRelease, UpstreamUnclear } from '../../errors/errors.ts'
import { textField } from '../../json/text-field.ts'
import { askRack } from '../lookups/rack-question.ts'

/**
 * Empty if the app has no release. An unexpected response is an error, never an empty environment.
 *
 * @throws NoSuchRelease for an app that the rack does not know, UpstreamUnclear
 */
export async function newestEnvironment(rack: Rack, app: string): Promise<string> {
  const { status, value } = await askRack(rack, `/apps/${app}/releases?limit=1`)
  if (status === 404) throw noSuchRelease(app)
  const releases = value ?? (status === 200 ? [] : null)
  const id = Array.isArray(releases) && releases.length > 0 ? textField(releases[0], 'id') : null
  if (id !== null) return environmentOf(rack, app, id)
  if (Array.isArray(releases) && releases.length === 0) return ''
  throw unclear(rack, app)
}

/**
 * @param release becomes a part of a path, so it must be a plain word
 * @throws NoSuchRelease, UpstreamUnclear
 */
export async function environmentOf(rack: Rack, app: string, release: string): Promise<string> {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(release)) throw noSuchRelease(app)
  const { status, value } = await askRack(rack, `/apps/${app}/releases/${release}`)
  if (status !== 200) throw noSuchRelease(app)
  const env = textField(value, 'env')
  if (env === null) throw unclear(rack, app)
  return env
}

function unclear(rack: Rack, app: string): Error {
  return new UpstreamUnclear(
    `The rack ${rack.name} did not return the environment of this release of ${app}, which the request needs.`,
    'Try again.',
    { rule: 'upstream-unclear' },
  )
}

function noSuchRelease(app: string): Error {
  return new NoSuchRelease(
    `The app ${app} has no such release, and the request needs its environment.`,
    'List the releases with convox releases.',
    { rule: 'no-such-release' },
  )
}
