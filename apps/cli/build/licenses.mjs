import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageDirectory } from './options.mjs'

const apache = readFileSync(join(packageDirectory, '..', '..', 'LICENSE'), 'utf8').trim()

/** Packages without a license file, each checked by hand: the license that a package declares, and the text to use. */
const missingLicenses = {
  '@aws-sdk/credential-provider-http': ['Apache-2.0', apache],
  '@aws-sdk/credential-provider-login': ['Apache-2.0', apache],
  '@aws-sdk/nested-clients': ['Apache-2.0', apache],
  postgres: ['Unlicense', 'Given to the public domain by its author (https://unlicense.org).'],
}

/**
 * Collects the license texts of all third-party packages in the bundles, and of the runtimes.
 *
 * @param metafiles esbuild's metafiles of the bundles
 * @param {object} options
 * @param {readonly { version: string, license: string }[]} [options.runtimes] the Node runtimes inside executables
 * @param {string} [options.directory] the directory to which the paths in `metafiles` are relative
 * @throws Error if a package has no license file and is not in `missingLicenses`, or if its entry there is wrong
 */
export function collectLicenses(metafiles, { runtimes = [], directory = packageDirectory } = {}) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs))
  const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []))
  const packageLicenses = [...packages].map((path) => packageLicense(join(directory, path))).sort()
  const runtimeLicenses = new Set(runtimes.map(({ version, license }) => `Node ${version}\n\n${license}\n`))
  return [...packageLicenses, ...runtimeLicenses].join(`\n${'-'.repeat(80)}\n\n`)
}

function packageLicense(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim()).filter((text) => text !== '')
  return `${name} ${version} (${license})\n\n${licenseText({ name, version, license }, texts)}\n`
}

function licenseText({ name, version, license }, texts) {
  const listed = Object.hasOwn(missingLicenses, name) ? missingLicenses[name] : undefined
  if (texts.length > 0) {
    if (listed === undefined) return texts.join('\n\n')
    throw new Error(`${name} ${version} has a license file now: remove it from the list in ${import.meta.url}.`)
  }
  if (listed === undefined)
    throw new Error(
      `${name} ${version} (${license}) has no license file: find the text, and list it in ${import.meta.url}.`,
    )
  const [listedLicense, text] = listed
  if (license !== listedLicense)
    throw new Error(
      `${name} ${version} has the license ${license}, but is listed with ${listedLicense} in ${import.meta.url}: check it.`,
    )
  return text
}
