import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The beginning of the license file in every release of Node. */
const beginning = 'Node.js is licensed for use as follows:'

/**
 * The text of the licenses of Node and its components, which must be distributed with each copy of Node.
 *
 * @param options `runtime` is the path of Node, and `version` is null if it is unknown
 * @param {string | undefined} given the file with the text, if it isn't next to Node
 * @throws Error if there is no such text
 */
export function runtimeLicense({ runtime, version }, given) {
  const paths = given === undefined ? candidatePaths(realpathSync(runtime)) : [given]
  const texts = paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8').trim())
  const text = texts.find((one) => one.startsWith(beginning))
  if (text !== undefined) return text
  throw new Error(
    `${runtime} comes without the text of its licenses, which must be distributed with each copy. Looked for a file that begins with "${beginning}" in ${paths.join(', ')}. Save https://raw.githubusercontent.com/nodejs/node/${version ?? 'VERSION'}/LICENSE and name it: --node-license FILE`,
  )
}

/** The paths of the license file in releases of Node (Windows, then others), and in Debian packages. */
function candidatePaths(runtime) {
  const directory = dirname(runtime)
  return [
    join(directory, 'LICENSE'),
    join(directory, '..', 'LICENSE'),
    join(directory, '..', 'share', 'doc', 'nodejs', 'copyright'),
  ]
}
