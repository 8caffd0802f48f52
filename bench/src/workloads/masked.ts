import { isDeepStrictEqual } from 'node:util'

interface Release {
  readonly id: string
  readonly env: string
}

/**
 * Makes the response that a caller who must not see environment values should get.
 *
 * @param count the number of masks in the whole list
 * @returns the releases of `unmasked`, with the masks of `masked`
 * @throws if `masked` has another number of masks, other variable names, or a value instead of a mask
 */
export function withMasks(unmasked: unknown, masked: unknown, count: number): unknown {
  const releases = releasesOf(unmasked)
  const environments = releasesOf(masked).map(({ env }) => env)
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
