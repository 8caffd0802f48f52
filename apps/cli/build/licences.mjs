import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { here } from './options.mjs'

/** The licences of all packages of others that went into bundles, as these want to be passed on. @param metafiles esbuild's accounts of the bundles */
export function licencesOf(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs))
  const directories = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []))
  return [...directories]
    .map((directory) => licenceOf(join(here, directory)))
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
  if (texts.length === 0 && license === undefined) throw new Error(`${name} has no licence`)
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
}
