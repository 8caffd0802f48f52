import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { here } from './options.mjs'

const apache = readFileSync(join(here, '..', '..', 'LICENSE'), 'utf8').trim()

/**
 * Packages that bring no text of their licence, as somebody has looked at each: the licence that they name, and what is
 * passed on in its place.
 */
const withoutText = {
  '@aws-sdk/credential-provider-http': ['Apache-2.0', apache],
  '@aws-sdk/credential-provider-login': ['Apache-2.0', apache],
  '@aws-sdk/nested-clients': ['Apache-2.0', apache],
  postgres: ['Unlicense', 'Given to the public domain by its author (https://unlicense.org).'],
}

/**
 * The licences of all packages of others that went into bundles, and of what the bundles are shipped with, as these want to
 * be passed on.
 *
 * @param metafiles esbuild's accounts of the bundles
 * @param {object} more
 * @param {readonly { version: string, licence: string }[]} [more.runtimes] the Nodes that executables are made of
 * @param {string} [more.directory] that the paths in `metafiles` are relative to
 * @throws Error for a package without the text of its licence that isn't listed here, and for one that is listed wrongly
 */
export function licencesOf(metafiles, { runtimes = [], directory = here } = {}) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs))
  const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []))
  const ofPackages = [...packages].map((path) => licenceOf(join(directory, path))).sort()
  const ofRuntimes = new Set(runtimes.map(({ version, licence }) => `Node ${version}\n\n${licence}\n`))
  return [...ofPackages, ...ofRuntimes].join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
  const own = files.map((file) => readFileSync(join(directory, file), 'utf8').trim()).filter((text) => text !== '')
  return `${name} ${version} (${license})\n\n${textOf({ name, version, license }, own)}\n`
}

function textOf({ name, version, license }, own) {
  const listed = Object.hasOwn(withoutText, name) ? withoutText[name] : undefined
  if (own.length > 0) {
    if (listed === undefined) return own.join('\n\n')
    throw new Error(`${name} ${version} has the text of its licence now: take it out of the list in ${import.meta.url}`)
  }
  if (listed === undefined)
    throw new Error(
      `${name} ${version} (${license}) brings no text of its licence: find it, and list it in ${import.meta.url}`,
    )
  const [licence, text] = listed
  if (licence !== license)
    throw new Error(
      `${name} ${version} is under ${license}, and listed as ${licence} in ${import.meta.url}: look again`,
    )
  return text
}
