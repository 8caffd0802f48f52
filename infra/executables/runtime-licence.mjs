import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What the file begins with in every release of Node. */
const beginning = 'Node.js is licensed for use as follows:'

/**
 * The text of the licences of a Node and of its parts, which is passed on with each copy of it.
 *
 * @param runtime the Node, and its version; null where it isn't known
 * @param {string | undefined} given the file with the text, where it isn't found beside the Node
 * @throws Error where there is none
 */
export function runtimeLicence({ runtime, version }, given) {
  const places = given === undefined ? placesOf(realpathSync(runtime)) : [given]
  const texts = places.filter((place) => existsSync(place)).map((place) => readFileSync(place, 'utf8').trim())
  const text = texts.find((one) => one.startsWith(beginning))
  if (text !== undefined) return text
  throw new Error(
    `${runtime} comes without the text of its licences, which has to be passed on with it. Looked for a file that begins with "${beginning}" in ${places.join(', ')}. Save https://raw.githubusercontent.com/nodejs/node/${version ?? 'VERSION'}/LICENSE and name it: --node-licence FILE`,
  )
}

/** Where releases of Node have it (Windows, then the others), and packages for Debian. */
function placesOf(runtime) {
  const directory = dirname(runtime)
  return [
    join(directory, 'LICENSE'),
    join(directory, '..', 'LICENSE'),
    join(directory, '..', 'share', 'doc', 'nodejs', 'copyright'),
  ]
}
