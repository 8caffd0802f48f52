import { isDeepStrictEqual } from 'node:util'

interface Release {
  readonly id: string
  readonly env: string
}

/**
 * What a caller who sees no values should get: `open` with the masks of `shown` instead of its values.
 *
 * @param count the number of masks in the whole list
 * @throws if `shown` has another number of masks, or contains a value of `open` instead of a mask
 */
export function withMasks(open: unknown, shown: unknown, count: number): unknown {
  const releases = releasesOf(open)
  const environments = releasesOf(shown).map(({ env }) => env)
  const maskedReleases = releases.map((release, index) => ({
    ...release,
    env: maskedLines(release, environments[index]),
  }))
  const masks = maskedReleases.flatMap(({ env }) => env.match(/^[^=]+=\[hidden:/gm) ?? []).length
  if (masks !== count) throw new Error(`${masks} values are masked instead of ${count}`)
  return maskedReleases
}

function maskedLines({ id, env }: Release, shown: string | undefined): string {
  if (env === '') return ''
  const lines = shown?.split('\n') ?? []
  const mask = new RegExp(`^\\[hidden:${id}:[A-Za-z0-9_-]+\\]$`)
  const names = env.split('\n').map((line) => line.slice(0, line.indexOf('=')))
  const shownNames = lines.map((line) => line.slice(0, line.indexOf('=')))
  if (!isDeepStrictEqual(shownNames, names)) throw new Error(`the environment of ${id} has other names`)
  const unmaskedLine = lines.find((line) => !mask.test(line.slice(line.indexOf('=') + 1)))
  if (unmaskedLine !== undefined) throw new Error(`a value of ${id} is not masked`)
  return lines.join('\n')
}

function releasesOf(value: unknown): readonly Release[] {
  if (!Array.isArray(value)) throw new Error('a list of releases is not a list')
  return value
}
